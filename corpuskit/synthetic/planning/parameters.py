"""Names of parameters that model servers know, to tell a misspelt one before it is paid for."""

from corpuskit.core.wording import did_you_mean, excerpt

__all__ = ["parameter_notice"]

OPENAI = frozenset(
    (
        "audio", "frequency_penalty", "function_call", "functions", "logit_bias", "logprobs",
        "max_completion_tokens", "max_tokens", "metadata", "modalities", "parallel_tool_calls", "prediction",
        "presence_penalty", "prompt_cache_key", "reasoning_effort", "safety_identifier", "seed",
        "service_tier", "stop", "store", "stream_options", "temperature", "tool_choice", "tools",
        "top_logprobs", "top_p", "user", "verbosity", "web_search_options",
    )
)  # fmt: skip
"""Of the body of `POST /v1/chat/completions`, as OpenAI's reference of its API lists them."""
OTHER_SERVERS = frozenset(
    (
        "add_generation_prompt", "bad_words", "cache_prompt", "chat_template", "chat_template_kwargs",
        "continue_final_message", "dry_multiplier", "enable_thinking", "grammar", "guided_choice",
        "guided_grammar", "guided_json", "guided_regex", "ignore_eos", "include_reasoning", "keep_alive",
        "length_penalty", "min_p", "min_tokens", "mirostat", "mirostat_eta", "mirostat_tau", "n_predict",
        "options", "priority", "provider", "reasoning", "reasoning_format", "repeat_last_n", "repeat_penalty",
        "repetition_penalty", "samplers", "skip_special_tokens", "stop_token_ids", "structured_outputs",
        "tfs_z", "think", "thinking", "top_a", "top_k", "top_n_sigma", "transforms", "truncate_prompt_tokens",
        "typical_p", "use_beam_search",
    )
)  # fmt: skip
"""Further ones, of llama.cpp, vLLM, Ollama and services that offer several models."""


def parameter_notice(name: str) -> str:
    """Return what to say of a parameter that no server is known to have; empty if one has it.

    >>> parameter_notice("max_token")
    "`max_token` is no parameter of OpenAI's API (did you mean `max_tokens`?); a server may ignore or refuse it"
    """
    if name in OPENAI or name in OTHER_SERVERS:
        return ""
    near = did_you_mean(name, sorted(OPENAI))
    return f"`{excerpt(name)}` is no parameter of OpenAI's API{near}; a server may ignore or refuse it"
