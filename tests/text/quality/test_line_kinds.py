"""Notices on policies are told from sentences about the policies of others."""

import pytest

from corpuskit.text.quality.line_kinds import is_policy_notice, is_script_notice


@pytest.mark.parametrize(
    "line",
    [
        "- we looked at each app's privacy policy to learn what it keeps of your photos …",
        "in our survey, twelve of the twenty ferries had no privacy policy on their pages at all.",
        "all of the browsers in the test use cookies so that the shops know you again when you come back.",
        "the bank changed its terms of use twice, which we only learned from a letter to its customers.",
        "websites must ask for consent before they use cookies to count their readers.",
        "views that use cookies –",
        "terms of use: we compared each ferry's terms of use with those of the year before.",
        "you should ask the landlord for a privacy policy before you let him mount a camera in the yard.",
    ],
)
def test_sentences_about_the_policies_of_others_stay(line: str) -> None:
    assert not is_policy_notice(line)


@pytest.mark.parametrize(
    "line",
    [
        "we use cookies to make this site better.",
        "this website uses cookies so that you do not have to log in each time that you come back to us.",
        "by using our ferries you agree to the harbour's privacy policy and its terms of use.",
        "to learn how we handle your data, please read our privacy policy, which you find at the foot of each page.",
        "our shop and its partners use cookies, which you can refuse at any time.",
        "privacy policy | contact",
        "click here to see the company's privacy policy, or write to us.",
    ],
)
def test_notices_go(line: str) -> None:
    assert is_policy_notice(line)


@pytest.mark.parametrize(
    "line",
    [
        "react is a javascript library with an active group of users.",
        "to see what the function returns, enable javascript in the console of the editor.",
        "turning javascript off made the page of the ferry load twice as fast, the survey found.",
    ],
)
def test_lessons_in_scripts_stay(line: str) -> None:
    assert not is_script_notice(line)


@pytest.mark.parametrize(
    "line",
    [
        "you need to enable javascript to run this app.",
        "please turn javascript on to see the panel with the timetable.",
        "javascript est désactivé. merci de l'activer.",
        "activa javascript para ver el horario.",
    ],
)
def test_a_site_that_asks_for_scripts_gives_a_notice(line: str) -> None:
    assert is_script_notice(line)
