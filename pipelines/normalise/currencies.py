"""Currency codes of ISO 4217."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

_IN_USE = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL
HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD
MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG
QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD
TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
# Withdrawn since 2021; older sales still carry them.
_WITHDRAWN = "ANG CUC HRK SLL ZWL"

CURRENCIES = frozenset(f"{_IN_USE} {_WITHDRAWN}".split())
"""Every code that an amount may carry."""

_CODES = pa.array(sorted(CURRENCIES), pa.string())


def normalise_currencies(values: pa.Array) -> pa.Array:
    """ISO 4217 codes in capitals; null where the code is not on the list."""
    codes = pc.utf8_upper(pc.utf8_trim_whitespace(values.cast(pa.string())))
    return pc.if_else(pc.is_in(codes, value_set=_CODES), codes, pa.scalar(None, pa.string()))
