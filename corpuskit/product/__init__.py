"""Product signals: `events` reads a product's log, `signals` distils it into what models are trained on."""
