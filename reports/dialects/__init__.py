"""How city systems speak: a `Filing` into a city's bytes, a city's bytes into messages. README.md is the recipe."""
