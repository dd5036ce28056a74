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
