using System.Diagnostics.CodeAnalysis;

namespace Suite.Cli.Session;

/// <summary>Addresses of services.</summary>
internal static class Addresses
{
    /// <summary>Reads an absolute http or https address without a path.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Uri? address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address)
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
        && address.PathAndQuery == "/"
        && address.UserInfo.Length == 0;

    /// <summary>An address as people write it.</summary>
    public static string Text(Uri address) => address.ToString().TrimEnd('/');
}
