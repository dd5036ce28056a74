namespace Suite.Cli.Import;

/// <summary>One customer of a file, as it was written.</summary>
/// <param name="Reference">The caller's own customer number, which orders name.</param>
/// <param name="Email">The e-mail address.</param>
/// <param name="DisplayName">The name to show; may be empty.</param>
/// <param name="User"><c>users/{uuid}</c> when the file knows it already (what <c>import users --output jsonl</c> writes), else empty.</param>
internal sealed record UserRow(string Reference, string Email, string DisplayName, string User);
