using System.Security.Cryptography;
using Npgsql;
using Suite.Platform.Postgres;
using Suite.Platform.Security;
using Suite.Platform.Time;
using Suite.Users.Domain;
using Suite.Users.Storage;

namespace Suite.Users.Features.ApiKeys;

/// <summary>
/// Sees to it that the secret in the file that <c>SUITE_ADMIN_KEY_FILE</c> names is an API key with every scope there is, so that the first
/// key does not need another one to be made with. Another secret in the file takes the place of the one before, which is revoked.
/// </summary>
internal sealed class AdministratorKey(
    IConfiguration configuration, NpgsqlDataSource dataSource, TimeProvider time, ILogger<AdministratorKey> logger) : IHostedService
{
    public const string FileKey = "SUITE_ADMIN_KEY_FILE";

    private const string DisplayName = "administrator";
    private const string Creator = "services/user";

    public Task StartAsync(CancellationToken cancellationToken) => configuration[FileKey] is { Length: > 0 } path
        ? EnsureAsync(Read(path), cancellationToken)
        : Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Makes, changes or leaves the key. Safe in several replicas at once.</summary>
    internal Task EnsureAsync(string secret, CancellationToken cancellationToken) => dataSource.InTransactionAsync(
        async (transaction, token) =>
        {
            string[] scopes = [.. MethodPolicies.GrantableScopes.Order(StringComparer.Ordinal)];
            var hash = BackendKey.Hash(secret);
            var now = time.GetMicrosecondUtcNow();
            var isThere = false;
            foreach (var key in await ApiKeyStore.LockAdministratorsAsync(transaction, token))
            {
                if (!CryptographicOperations.FixedTimeEquals(key.SecretHash, hash))
                {
                    await ApiKeyStore.RevokeAsync(key, now, transaction, token);
                    UserLog.AdministratorKeyRevoked(logger, key.Id);
                }
                else
                {
                    isThere = true;
                    if (!key.Scopes.Order(StringComparer.Ordinal).SequenceEqual(scopes))
                    {
                        await ApiKeyStore.SetScopesAsync(key.Id, scopes, transaction, token);
                    }
                }
            }

            if (isThere)
            {
                return;
            }

            var made = BackendKey.Create(Guid.CreateVersion7(now), DisplayName, scopes, Creator, secret, now, null) with
            {
                Administrator = true,
            };
            if (await ApiKeyStore.InsertAsync(made, transaction, token))
            {
                UserLog.AdministratorKeyMade(logger, made.Id);
            }
            else
            {
                UserLog.AdministratorKeyIsOver(logger, FileKey);
            }
        },
        cancellationToken);

    private static string Read(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"{FileKey} names the file '{path}', which cannot be read: {e.Message}", e);
        }

        return BackendKey.IsSecret(text)
            ? text
            : throw new InvalidOperationException(
                $"{FileKey} names the file '{path}', which holds no secret: {BackendKey.SecretPrefix} and 32 random bytes in base64url.");
    }
}
