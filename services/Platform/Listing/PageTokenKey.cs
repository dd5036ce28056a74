using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Suite.Platform.Listing;

/// <summary>Loads the secret all replicas sign page tokens with; the first one makes it.</summary>
internal sealed class PageTokenKey(NpgsqlDataSource dataSource, PageTokens tokens) : IHostedService
{
    private const string Offer = "INSERT INTO page_token_key (id, secret) VALUES (1, $1) ON CONFLICT DO NOTHING";
    private const string Load = "SELECT secret FROM page_token_key";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using (var offer = new NpgsqlCommand(Offer, connection))
        {
            offer.Parameters.Add(new() { Value = RandomNumberGenerator.GetBytes(32) });
            await offer.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var load = new NpgsqlCommand(Load, connection);
        tokens.UseSecret((byte[])(await load.ExecuteScalarAsync(cancellationToken))!);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
