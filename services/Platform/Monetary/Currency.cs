using System.Collections.Frozen;

namespace Suite.Platform.Monetary;

/// <summary>How many digits of minor units a currency has (ISO 4217). The one table of it.</summary>
public static class Currency
{
    private static readonly FrozenDictionary<string, int> Exponents = Table().ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The exponent of a currency code such as <c>EUR</c> (2), <c>JPY</c> (0), <c>KWD</c> (3).</summary>
    /// <returns>False when ISO 4217 has no such active code.</returns>
    public static bool TryGetExponent(string code, out int exponent) => Exponents.TryGetValue(code, out exponent);

    private static IEnumerable<KeyValuePair<string, int>> Table()
    {
        const string zero = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
        const string two =
            "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK "
            + "DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT "
            + "LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN "
            + "QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS "
            + "VED VES WST XCD XCG YER ZAR ZMW ZWG";
        const string three = "BHD IQD JOD KWD LYD OMR TND";
        return Codes(zero, 0).Concat(Codes(two, 2)).Concat(Codes(three, 3));

        static IEnumerable<KeyValuePair<string, int>> Codes(string codes, int exponent) =>
            codes.Split(' ').Select(code => KeyValuePair.Create(code, exponent));
    }
}
