"""The fixed words of a letter to a body, in the languages in which one can be written."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """One language. `answer` says what the link below it can do."""

    greeting: str
    opening: str
    what: str
    where: str
    map: str
    when: str
    reference: str
    description: str
    questions: str
    photos: str
    attached: str
    contact: str
    name: str
    email: str
    phone: str
    no_contact: str
    answer: str
    page: str
    nothing: str


WORDS: Final[dict[str, Words]] = {
    "en": Words(
        greeting="Hello,",
        opening="a resident reports this to you:",
        what="Service",
        where="Place",
        map="Map",
        when="Reported",
        reference="Reference",
        description="Description",
        questions="Questions and answers",
        photos="Photos",
        attached="attached",
        contact="Contact, passed on with the resident's consent",
        name="Name",
        email="E-mail",
        phone="Phone",
        no_contact="The resident did not pass on any contact details.",
        answer="To answer, open this link. It needs no account. You can say there that the work is in progress or "
        "done, that it is not your task, that you turn it down or that you know of it already, and add your own number "
        "and a note. What you write is shown to everybody beside the report.",
        page="The report as the public sees it",
        nothing="No words were added.",
    ),
    "es": Words(
        greeting="Hola:",
        opening="Un vecino o una vecina les comunica lo siguiente:",
        what="Servicio",
        where="Lugar",
        map="Mapa",
        when="Fecha",
        reference="Referencia",
        description="Descripción",
        questions="Preguntas y respuestas",
        photos="Fotos",
        attached="adjunta",
        contact="Contacto, facilitado con consentimiento",
        name="Nombre",
        email="Correo electrónico",
        phone="Teléfono",
        no_contact="No se facilitaron datos de contacto.",
        answer="Para responder, abran este enlace. No hace falta cuenta. Ahí pueden indicar que está en curso o "
        "resuelto, que no les corresponde, que lo rechazan o que ya lo conocen, y añadir su propio número y una nota. "
        "Lo que escriban se muestra a todo el mundo junto al aviso.",
        page="El aviso tal como lo ve el público",
        nothing="No se añadió ningún texto.",
    ),
    "de": Words(
        greeting="Guten Tag,",
        opening="ein Mensch aus Ihrem Gebiet meldet Ihnen:",
        what="Anliegen",
        where="Ort",
        map="Karte",
        when="Gemeldet",
        reference="Kennzeichen",
        description="Beschreibung",
        questions="Fragen und Antworten",
        photos="Fotos",
        attached="angehängt",
        contact="Kontakt, mit Einwilligung weitergegeben",
        name="Name",
        email="E-Mail",
        phone="Telefon",
        no_contact="Es wurden keine Kontaktdaten weitergegeben.",
        answer="Zum Antworten öffnen Sie diesen Link. Ein Konto ist nicht nötig. Dort können Sie mitteilen, dass die "
        "Meldung in Arbeit oder erledigt ist, dass Sie nicht zuständig sind, dass Sie sie ablehnen oder schon kennen, "
        "und Ihr eigenes Zeichen und eine Notiz angeben. Was Sie schreiben, steht für alle sichtbar bei der Meldung.",
        page="Die Meldung, wie die Öffentlichkeit sie sieht",
        nothing="Es wurde kein Text angegeben.",
    ),
    "fr": Words(
        greeting="Bonjour,",
        opening="une personne de votre commune vous signale ceci :",
        what="Service",
        where="Lieu",
        map="Carte",
        when="Date",
        reference="Référence",
        description="Description",
        questions="Questions et réponses",
        photos="Photos",
        attached="en pièce jointe",
        contact="Contact, transmis avec son accord",
        name="Nom",
        email="Courriel",
        phone="Téléphone",
        no_contact="Aucune coordonnée n'a été transmise.",
        answer="Pour répondre, ouvrez ce lien. Aucun compte n'est nécessaire. Vous pouvez y indiquer que c'est en "
        "cours ou terminé, que cela ne relève pas de vous, que vous le refusez ou que vous le connaissez déjà, et "
        "ajouter votre propre numéro et une note. Ce que vous écrivez est visible par tous à côté du signalement.",
        page="Le signalement tel que le public le voit",
        nothing="Aucun texte n'a été ajouté.",
    ),
}
