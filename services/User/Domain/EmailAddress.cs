using System.Net.Mail;
using Suite.Platform.Errors;

namespace Suite.Users.Domain;

/// <summary>An e-mail address as it was given; two that differ only in case are the same.</summary>
internal readonly record struct EmailAddress
{
    private EmailAddress(string value) => Value = value;

    public string Value { get; }

    /// <summary>Reads an address.</summary>
    /// <exception cref="DomainException">INVALID_ARGUMENT naming <paramref name="field"/>.</exception>
    public static EmailAddress Parse(string text, string field)
    {
        var wellFormed = MailAddress.TryCreate(text, out var address)
            && address.Address == text
            && address.Host.Contains('.', StringComparison.Ordinal)
            && !text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c));
        return wellFormed ? new EmailAddress(text) : throw DomainError.InvalidArgument(field, "must be an e-mail address such as ada@example.com.");
    }
}
