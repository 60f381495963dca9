"""Names and places that generated rows are made of. All of it fits into windows-1252."""

_FIRST_NAMES = """
James Josephine Art Lenna Donette Simona Mitsue Leota Sage Kris Minna Abel Kiley Graciela Cammy Mattie
Meaghan Gladys Yuki Fletcher Bette Veronika Willard Maryann Alisha Allene Chanel Ezekiel Willow Bernardo
Ammie Francine Ernie Albina Alishia Solange Jose Rozella Valentine Kati Youlanda Dyan Roxane Lavera Erick
José Zoë François Müge Åsa Renée Björn Noël Íñigo Chloé Søren Mélanie
"""
_LAST_NAMES = """
Butt Darakjy Venere Paprocki Foller Morasca Tollner Dilliard Wieser Marrier Amigon Maclead Caldarera Ruta
Albares Poquette Garufi Rim Whobrey Flosi Nicka Inouye Kolmetz Royster Slusarski Iturbide Caudy Chui
Kusko Figeroa Corrio Vocelka Stenseth Glick Sergi Shinko Ostrosky Gillian Rulapaugh Schemmer Oldroyd
Campain Perin Ferencz Saylors Briddick Peña Núñez Müller Ångström García Lefèvre Groß O'Neil D'Angelo
"""
_STREETS = """
Blue Gum St|Boston Ave|Cerritos Ave|Main St|State Rd 24|Center St|7 Hwy|Broadway|Kinney Ln|Golden Gate Rd|
Bridge Ave|Lane Ave|Valley Rd|College St|Park Pl|Rancho Dr|Saint Nicholas Ave|Peachtree Rd|Washington St
"""
FIRST_NAMES = _FIRST_NAMES.split()
LAST_NAMES = _LAST_NAMES.split()
STREETS = _STREETS.replace("\n", "").split("|")
PLACES = [  # city, county, state, zip
    ("New Orleans", "Orleans", "LA", "70116"),
    ("Brighton", "Livingston", "MI", "48116"),
    ("Bridgeport", "Gloucester", "NJ", "08014"),
    ("Anchorage", "Anchorage", "AK", "99501"),
    ("Hamilton", "Butler", "OH", "45011"),
    ("Ashland", "Ashland", "OH", "44805"),
    ("Chicago", "Cook", "IL", "60632"),
    ("San Jose", "Santa Clara", "CA", "95111"),
    ("Sioux Falls", "Minnehaha", "SD", "57105"),
    ("Baltimore", "Baltimore City", "MD", "21224"),
    ("Middle Island", "Suffolk", "NY", "11953"),
    ("Los Angeles", "Los Angeles", "CA", "90034"),
    ("Phoenix", "Maricopa", "AZ", "85013"),
    ("Irving", "Dallas", "TX", "75062"),
    ("Fairbanks", "Fairbanks North Star", "AK", "99708"),
    ("Prineville", "Crook", "OR", "97754"),
    ("Providence", "Providence", "RI", "02906"),
    ("Cañon City", "Fremont", "CO", "81212"),
    ("La Cañada", "Los Angeles", "CA", "91011"),
    ("Milwaukee", "Milwaukee", "WI", "53207"),
]
COMPANIES = [  # nothing of this is mapped to a field: quotes, delimiters and newlines at will
    "",
    "Benton, John B Jr",
    "Chanay, Jeffrey A Esq",
    "Feltz Printing Service",
    'Smith "Bobby" & Sons',
    '"Quoted" all',
    "Truhlar; And; Truhlar",
    "King|Christopher",
    "Two\tTabs\tInc",
    "Line one\nLine two",
    "Line one\r\nLine two, with a comma",
    'Three\n"quoted"\nlines',
    'Pipes of 5" and 6" width',
    "Café Müller & Fils",
    "Rousseaux, Michael Esq",
    "=SUM(A1:A9)",
]
