"""What people report and in which words: some services and some words all the time, most of them seldom."""

from itertools import product
from typing import Final

# Group -> services, the most used first; the weights of both fall as in the published lists of large cities.
SERVICES: Final[dict[str, tuple[str, ...]]] = {
    "Streets": ("Pothole", "Street Sweeping", "Pavement Cave-In", "Street Sign Damaged", "Traffic Calming"),
    "Waste": ("Missed Collection", "Illegal Dumping", "Bulk Item Pickup", "Recycling Cart", "Overflowing Litter Bin"),
    "Vehicles": ("Abandoned Vehicle", "Illegal Parking", "Blocked Driveway", "Car in Bike Lane", "Truck Parking"),
    "Lights": (
        "Street Light Out",
        "Street Light Flickering",
        "Alley Light Out",
        "Light Pole Damage",
        "Light Always On",
    ),
    "Graffiti": ("Graffiti", "Graffiti on a Bridge", "Stickers on Signs", "Etched Glass", "Mural Damaged"),
    "Trees": ("Tree Trim", "Tree Debris", "Fallen Tree", "Stump Removal", "Tree Planting"),
    "Water": ("Water Leak", "Sewer Backup", "Clogged Drain", "Hydrant Open", "Low Water Pressure"),
    "Animals": ("Rodent Complaint", "Dead Animal", "Stray Dog", "Bee Nest", "Injured Wildlife"),
    "Buildings": ("Noise", "Vacant Building", "No Heat", "Elevator Broken", "Work Without Permit"),
    "Sidewalks": ("Broken Sidewalk", "Snow on Sidewalk", "Blocked Sidewalk", "Curb Ramp Missing", "Scooter in the Way"),
    "Parks": ("Playground Damage", "Park Litter", "Broken Bench", "Drinking Fountain", "Sports Field"),
    "Signals": ("Traffic Signal Out", "Pedestrian Button", "Signal Timing", "School Zone Light", "Rail Crossing"),
}

OPENINGS: Final = (
    "There is", "Please look at", "I want to report", "Again", "Since last week there is", "Somebody left",
    "Dangerous:", "My children pass", "For months now:", "Hello,", "Cars swerve round", "I nearly fell over",
    "Third time I write about",
)  # fmt: skip
THINGS: Final = (
    "a deep hole", "trash bags", "a broken street light", "an old sofa", "a car without plates", "water on the road",
    "graffiti on the wall", "a fallen branch", "loud music", "rats", "a missing sign", "glass on the sidewalk",
    "a dead raccoon", "an open hydrant", "a cracked slab", "a signal that stays red", "mattresses",
    "a flickering lamp", "a leaning pole", "a clogged drain", "paint on the bench", "a loose manhole cover",
    "snow piled up", "a wasp nest",
)  # fmt: skip
PLACES: Final = (
    "in front of the house", "at the corner", "in the alley", "next to the bus stop", "by the school",
    "near the park", "under the bridge", "in the bike lane", "opposite the church", "behind the store",
    "on the playground", "at the light",
)  # fmt: skip
ENDINGS: Final = (
    "It is getting worse.", "Please fix it soon.", "Thank you.", "Nobody came so far.", "It smells.",
    "At night it is dark.", "Neighbors complain too.", "It blocks wheelchairs.",
    "It was fixed in spring and broke again.", "Call before you come.",
)  # fmt: skip
SPANISH: Final = (
    "Hay un hoyo profundo en la calle", "La basura no fue recogida", "El alumbrado está apagado desde el lunes",
    "Un árbol caído bloquea la acera", "Mucho ruido por la noche", "Vehículo abandonado sin placas",
    "Grafiti en la pared de la escuela", "Fuga de agua frente a la casa", "El semáforo no funciona",
    "Hay ratas en el callejón",
)  # fmt: skip
ANSWERS: Final = (
    "A crew has been assigned.", "Inspected. Work is scheduled.", "We have forwarded this to the contractor.",
    "The work has been completed.", "No issue found at the location.", "Completed by the night crew.",
    "This is maintained by the county.", "Already reported by somebody else.", "The item was collected.",
)  # fmt: skip
STREETS: Final = (
    "Main",
    "Oak",
    "Park",
    "Washington",
    "Lake",
    "Maple",
    "Second",
    "Cedar",
    "Elm",
    "Church",
    "Hill",
    "Mill",
)
KINDS: Final = ("Street", "Avenue", "Road", "Boulevard", "Place", "Lane")

# Names of shops, schools and people: 2,700 words, each of which few reports have.
_FIRST: Final = (
    "Ald Bar Cal Dun Ell Far Gal Har Ing Jar Kel Lam Mor Nor Oster Pem Quin Ros Sal Tor Ulm Van Wex Yar Zel Ash Brook "
    "Crans Dels Ever"
)
_SECOND: Final = (
    "bury comb dale den ester field ford gate ham hart holm ing ington kirk land ley low man mere mont more ner ridge "
    "sen shaw smith son stead ster ston thorp ton vale vani ville wald ward way well wick wood worth yard brand cott "
    "erly fell gren hurst berg bach feld stein owski elli ardo ez illo ova enko oglu opoulos quist sson dottir wala "
    "singh nathan kumar moto shima kawa zaki hara nguyen tran chuk vich sky bauer mann haus strand lund dahl nen ainen "
    "eira inho ucci"
)
NAMES: Final = tuple(f"{first}{second}" for first, second in product(_FIRST.split(), _SECOND.split()))
