"""ISO 3166-2 subdivisions by name, for countries whose channels write states out: US, CA, AU, BR, DE."""

from __future__ import annotations

from collections.abc import Mapping

_TABLES = {
    "US": (
        "AL Alabama;AK Alaska;AZ Arizona;AR Arkansas;CA California;CO Colorado;CT Connecticut;DE Delaware;"
        "DC District of Columbia;FL Florida;GA Georgia;HI Hawaii;ID Idaho;IL Illinois;IN "
        "Indiana;IA Iowa;KS Kansas;"
        "KY Kentucky;LA Louisiana;ME Maine;MD Maryland;MA Massachusetts;MI Michigan;MN Minnesota;MS Mississippi;"
        "MO Missouri;MT Montana;NE Nebraska;NV Nevada;NH New Hampshire;NJ New Jersey;NM New Mexico;NY New York;"
        "NC North Carolina;ND North Dakota;OH Ohio;OK Oklahoma;OR Oregon;PA Pennsylvania;RI Rhode Island;"
        "SC South Carolina;SD South Dakota;TN Tennessee;TX Texas;UT Utah;VT Vermont;VA Virginia;WA Washington;"
        "WV West Virginia;WI Wisconsin;WY Wyoming;PR Puerto Rico;GU Guam;VI Virgin Islands;AS American Samoa;"
        "MP Northern Mariana Islands"
    ),
    "CA": (
        "AB Alberta;BC British Columbia;MB Manitoba;NB New Brunswick;NL Newfoundland and Labrador;NS Nova Scotia;"
        "NT Northwest Territories;NU Nunavut;ON Ontario;PE Prince Edward Island;QC Quebec;QC "
        "Québec;SK Saskatchewan;"
        "YT Yukon"
    ),
    "AU": (
        "ACT Australian Capital Territory;NSW New South Wales;NT Northern Territory;QLD Queensland;"
        "SA South Australia;TAS Tasmania;VIC Victoria;WA Western Australia"
    ),
    "BR": (
        "AC Acre;AL Alagoas;AM Amazonas;AP Amapá;BA Bahia;CE Ceará;DF Distrito Federal;ES Espírito Santo;GO Goiás;"
        "MA Maranhão;MG Minas Gerais;MS Mato Grosso do Sul;MT Mato Grosso;PA Pará;PB Paraíba;PE "
        "Pernambuco;PI Piauí;"
        "PR Paraná;RJ Rio de Janeiro;RN Rio Grande do Norte;RO Rondônia;RR Roraima;RS Rio Grande do Sul;"
        "SC Santa Catarina;SE Sergipe;SP São Paulo;TO Tocantins"
    ),
    "DE": (
        "BB Brandenburg;BE Berlin;BW Baden-Württemberg;BY Bayern;HB Bremen;HE Hessen;HH Hamburg;"
        "MV Mecklenburg-Vorpommern;NI Niedersachsen;NW Nordrhein-Westfalen;RP Rheinland-Pfalz;"
        "SH Schleswig-Holstein;"
        "SL Saarland;SN Sachsen;ST Sachsen-Anhalt;TH Thüringen"
    ),
}


def _table(text: str) -> Mapping[str, str]:
    pairs = (one.split(" ", 1) for one in text.split(";"))
    named = [(code, name) for code, name in pairs]
    return {name.casefold(): code for code, name in named} | {code.casefold(): code for code, _ in named}


_BY_NAME = {country: _table(text) for country, text in _TABLES.items()}


def subdivision(country: str, name: str) -> str:
    """Return the code of a state, without its country, from its name or code; what is not known stays as given."""
    plain = name.strip().removeprefix(f"{country}-")
    return _BY_NAME.get(country, {}).get(plain.casefold(), plain)
