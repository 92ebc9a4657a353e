"""What volunteers would have written: words that make it an emergency, and a service of which one calls first."""

from typing import Final

from reports.models import CallNowRule, Service, ServiceOverride

EMERGENCY: Final = "911"
# language, words, what is said to whoever writes them
RULES: Final = (
    ("en", "gas leak, smell of gas, smell gas, odor of gas",
     "It may be a gas leak. Go outside, then call 911. Do not switch on any light on the way."),
    ("en", "on fire, fire in, burning house, explosion, smoke from, wire down, wires down, live wire, sparking",
     "Where something burns or a wire hangs down, call 911 and keep away from it."),
    ("en", "shooting, gun, stabbed, bleeding, unconscious, not breathing, drowning, suicide, attacked, being robbed",
     "Where somebody is hurt or in danger, call 911 first."),
    ("es", "fuga de gas, huele a gas, olor a gas, escape de gas",
     "Puede ser una fuga de gas. Salga a la calle y llame al 911. No encienda ninguna luz al salir."),
    ("es", "incendio, en llamas, quemando, explosion, cable caido, cables caidos, chispas",
     "Si algo se quema o hay un cable caído, llame al 911 y no se acerque."),
    ("es", "disparo, balazo, pistola, apuñalado, sangrando, inconsciente, no respira, ahogando, suicidio, asalto",
     "Si alguien está herido o en peligro, llame primero al 911."),
)  # fmt: skip
# body, service's name, its own words on whom to call first, and in Spanish
CALL_FIRST: Final = (
    ("evanston", "Traffic signal",
     "A dark or stuck signal at a busy crossing cannot wait: call 911. Report here what can wait until tomorrow.",
     "Un semáforo apagado en un cruce transitado no puede esperar: llame al 911. Lo demás se reporta aquí."),
)  # fmt: skip


def seed() -> None:
    """Write them where they are missing; what a volunteer has changed since stays."""
    for locale, words, message in RULES:
        CallNowRule.objects.get_or_create(
            locale=locale, message=message, defaults={"words": words, "phone": EMERGENCY, "jurisdiction": None}
        )
    for slug, name, call_now, in_spanish in CALL_FIRST:
        service = Service.objects.filter(endpoint__jurisdiction__slug=slug, service_name=name).first()
        if service is not None:
            over = {"call_now": call_now, "translations": {"es": {"call_now": in_spanish}}}
            ServiceOverride.objects.get_or_create(service=service, defaults=over)
