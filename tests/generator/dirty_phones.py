"""Phone numbers that exist, the ways people write them, and what is no phone number.

Every number is valid by libphonenumber's metadata of 2022 and of 2026 alike (all exchanges of these
area codes are, but 555 and the N11, which are left out), so that none of them counts as unverified.
"""

_AREAS = """
201 202 203 205 206 207 208 210 212 213 214 216 217 219 225 228 229 231 234 239 240 248 251 252
253 254 256 260 262 267 269 270 281 301 302 303 304 305 307 308 309 224 312 313 314 315 316 317
318 319 320 321 323 330 334 336 337 352 360 361 386 401 402 404 405 406 407 408 409 410 412 413
414 415 417 419 423 425 432 434 440 443 469 478 479 480 484 501 502 503 504 507 508 509 510 512
513 515 516 517 518 520 530 540 541 551 559 561 562 563 570 571 573 574 580 585 586 601 602 603
605 606 607 608 609 610 612 614 615 616 617 618 619 620 623 626 630 631 636 641 650 651 660 661
662 678 682 701 702 703 704 706 707 708 712 713 714 715 716 717 718 719 720 724 731 732 734 740
754 757 760 763 765 770 772 773 775 781 785 786 801 802 803 804 805 806 808 810 812 813 814 815
816 817 818 828 830 831 832 843 845 847 850 856 857 858 859 860 863 864 865 870 901 903 904 906
907 908 909 910 912 913 914 915 916 917 918 919 920 925 928 931 936 937 940 941 949 951 952 954
956 970 971 972 973 978 979 980 985 989
"""
AREAS = [int(area) for area in _AREAS.split()]
EXCHANGES = [code for code in range(200, 1000) if code % 100 != 11 and code != 555]
SPACE = len(AREAS) * len(EXCHANGES) * 10_000
STRIDE = 1_618_033_989  # odd, no multiple of 3, 5, 7 or 113: it walks through the whole space


class Numbers:
    """The i-th number, for i below SPACE: no two alike, and no order to be seen."""

    def __init__(self, seed):
        self.offset = (seed * 7_368_787 + 12_345) % SPACE

    def parts(self, index):
        """Area code, exchange and line, as text."""
        place = (index * STRIDE + self.offset) % SPACE
        place, line = divmod(place, 10_000)
        area, exchange = divmod(place, len(EXCHANGES))
        return str(AREAS[area]), str(EXCHANGES[exchange]), f"{line:04d}"

    def digits(self, index):
        """E.164 without the plus sign."""
        return "1" + "".join(self.parts(index))


# Ways to write a number, with a country of +1 to be assumed; none needs quotes with any delimiter.
SPELLINGS = [
    lambda a, e, n: f"{a}-{e}-{n}",
    lambda a, e, n: f"({a}) {e}-{n}",
    lambda a, e, n: f"{a}.{e}.{n}",
    lambda a, e, n: f"{a}{e}{n}",
    lambda a, e, n: f"{a} {e} {n}",
    lambda a, e, n: f"1{a}{e}{n}",
    lambda a, e, n: f"1-{a}-{e}-{n}",
    lambda a, e, n: f"+1{a}{e}{n}",
    lambda a, e, n: f"+1 {a} {e} {n}",
    lambda a, e, n: f"+1 ({a}) {e}-{n}",
    lambda a, e, n: f"({a}){e}-{n}",
    lambda a, e, n: f"  {a}-{e}-{n} ",
    lambda a, e, n: f"tel:+1-{a}-{e}-{n}",
]
# The same with the extension 12.
EXTENSION = "12"
EXTENDED = [
    lambda a, e, n: f"{a}-{e}-{n} x12",
    lambda a, e, n: f"({a}) {e}-{n} ext. 12",
    lambda a, e, n: f"+1 {a} {e} {n} ext 12",
    lambda a, e, n: f"{a}.{e}.{n} x 12",
]

# What is no number, with the code that says so; {a}, {e}, {n}: parts of a good one.
BAD = [
    ("phone_missing", ""),
    ("phone_missing", "   "),
    ("phone_not_a_number", "n/a"),
    ("phone_not_a_number", "unknown"),
    ("phone_not_a_number", "call the office"),
    ("phone_too_short", "{a}"),
    ("phone_too_short", "{a}-{e}"),
    ("phone_seven_digits", "{a}-{n}"),
    ("phone_seven_digits", "{a}{n}"),
    ("phone_too_long", "{a}{e}{n}{a}{e}"),
    ("phone_too_long", "{a}{e}{n}{a}{e}{n}"),
    ("phone_too_long", "+49 89 {e}{n} {a}{e}"),  # 17 digits, which the metadata takes
    ("phone_all_same", "0000000000"),
    ("phone_all_same", "999-999-9999"),
    ("phone_bad_area_code", "045-{e}-{n}"),
    ("phone_bad_area_code", "(123) {e}-{n}"),
    ("phone_bad_area_code", "+1 055 {e} {n}"),
    ("phone_bad_exchange", "{a}-023-{n}"),
    ("phone_bad_exchange", "({a}) 155-{n}"),
    ("phone_bad_exchange", "+1{a}100{n}"),
    ("phone_scientific", "5.04622E+09"),
    ("phone_scientific", "1.50462E+10"),
]
