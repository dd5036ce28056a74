namespace Suite.Client;

/// <summary>Makes the common kinds of <see cref="ISuiteCredentials"/>.</summary>
public static class SuiteCredentials
{
    /// <summary>A fixed token, which can not be renewed.</summary>
    public static ISuiteCredentials FromToken(string token)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(token);
        return new Source((_, _) => ValueTask.FromResult<string?>(token));
    }

    /// <summary>A file that holds a token and may be replaced at any time, such as a mounted secret. Read anew when it changed or the token was refused.</summary>
    public static ISuiteCredentials FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return new TokenFile(path);
    }

    /// <summary>A function, see <see cref="ISuiteCredentials.GetTokenAsync"/>.</summary>
    public static ISuiteCredentials FromSource(Func<bool, CancellationToken, ValueTask<string?>> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new Source(source);
    }

    /// <summary>
    /// Signs in with the first call that needs a token, keeps the session alive, and signs in again when it has ended. For
    /// programs that act as one user; a program that acts for several gives each call its <see cref="SuiteSession"/>.
    /// </summary>
    /// <param name="email">The e-mail address.</param>
    /// <param name="password">The password. It is kept in memory.</param>
    public static ISuiteCredentials SignIn(string email, string password)
    {
        ArgumentException.ThrowIfNullOrEmpty(password);
        return SignIn(email, _ => ValueTask.FromResult(password));
    }

    /// <summary>Signs in with the first call that needs a token, see <see cref="SignIn(string, string)"/>.</summary>
    /// <param name="email">The e-mail address.</param>
    /// <param name="password">Gets the password each time it is needed, for example from a vault.</param>
    public static ISuiteCredentials SignIn(string email, Func<CancellationToken, ValueTask<string>> password)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(email);
        ArgumentNullException.ThrowIfNull(password);
        return new PasswordCredentials(email, password);
    }

    private sealed class Source(Func<bool, CancellationToken, ValueTask<string?>> source) : ISuiteCredentials
    {
        public ValueTask<string?> GetTokenAsync(bool forceRenew, CancellationToken cancellationToken) => source(forceRenew, cancellationToken);
    }

    private sealed class TokenFile(string path) : ISuiteCredentials
    {
        private (DateTime Written, string Token)? _read;

        public async ValueTask<string?> GetTokenAsync(bool forceRenew, CancellationToken cancellationToken)
        {
            var written = File.GetLastWriteTimeUtc(path);
            if (!forceRenew && _read is { } last && last.Written == written)
            {
                return last.Token;
            }

            var token = (await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false)).Trim();
            _read = (written, token);
            return token.Length > 0 ? token : null;
        }
    }
}
