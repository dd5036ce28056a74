using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Suite.Local.Services;

namespace Suite.Local.Keys;

/// <summary>
/// The keys of a suite on this machine, made at its first run and kept beside its data: <c>keys/</c> with a signing key a service, their
/// public halves and User's master key, and <c>admin.key</c>, the administrator's API key. Nobody but the owner can read them.
/// </summary>
internal sealed class LocalKeys
{
    /// <summary>The folder of what services alone read.</summary>
    public const string FolderName = "keys";

    /// <summary>The administrator's key.</summary>
    public const string AdminFileName = "admin.key";

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    private readonly string _folder;
    private readonly string _masterKeyFile;

    private LocalKeys(string folder, string masterKeyFile, string adminKeyFile)
    {
        (_folder, _masterKeyFile, AdminKeyFile) = (folder, masterKeyFile, adminKeyFile);
    }

    /// <summary>The file with the administrator's API key.</summary>
    public string AdminKeyFile { get; }

    private string PublicKeysFile => Path.Combine(_folder, "services.jwks.json");

    /// <summary>Takes the keys of a data folder, and makes those that are missing.</summary>
    /// <exception cref="SuiteLocalException">A key that was named is not there, or one that is there is none.</exception>
    public static LocalKeys Open(LocalSuiteOptions options)
    {
        var folder = Path.Combine(options.DataDirectory, FolderName);
        OwnerFile.MakeFolder(folder);
        var keys = new LocalKeys(
            folder,
            Named("SUITE_MASTER_KEY_FILE", options.MasterKeyFile) ?? Path.Combine(folder, "master.key"),
            Named("SUITE_ADMIN_KEY_FILE", options.AdminKeyFile) ?? Path.Combine(options.DataDirectory, AdminFileName));
        foreach (var service in ServiceProcess.Names)
        {
            MakeIfMissing(keys.PrivateKeyFile(service), () => ServiceKey.NewPem(options.DevelopmentKeys));
        }

        // The database's signing keys are encrypted under it: it lives as long as the data.
        MakeIfMissing(keys._masterKeyFile, () =>
            (options.DevelopmentKeys ? "development:" : string.Empty) + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) + "\n");
        MakeIfMissing(keys.AdminKeyFile, () => "suite_key_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)) + "\n");
        keys.WritePublicKeys(options.DevelopmentKeys);
        return keys;
    }

    /// <summary>The settings with which a service finds its keys. Only User gets those that are for it alone.</summary>
    public IEnumerable<KeyValuePair<string, string>> EnvironmentOf(string service)
    {
        yield return new("SUITE_SERVICE_KEY", PrivateKeyFile(service));
        yield return new("SUITE_SERVICE_KEYS", PublicKeysFile);
        if (service == "user")
        {
            yield return new("SUITE_MASTER_KEY_FILE", _masterKeyFile);
            yield return new("SUITE_ADMIN_KEY_FILE", AdminKeyFile);
        }
    }

    private static string? Named(string variable, string? path) => path is null || File.Exists(path)
        ? path
        : throw new SuiteLocalException($"{variable} names {path}, which is not there. Unset it to have a key made.");

    private static void MakeIfMissing(string path, Func<string> make)
    {
        if (!File.Exists(path))
        {
            OwnerFile.Write(path, make());
        }
    }

    private string PrivateKeyFile(string service) => Path.Combine(_folder, service + ".pem");

    /// <summary>Written anew at each start, since it is made from the private keys.</summary>
    private void WritePublicKeys(bool areForDevelopment)
    {
        var keys = new JsonArray();
        foreach (var service in ServiceProcess.Names)
        {
            var file = PrivateKeyFile(service);
            try
            {
                keys.Add((JsonNode)ServiceKey.Jwk(service, File.ReadAllText(file)));
            }
            catch (Exception e) when (e is CryptographicException or ArgumentException)
            {
                throw new SuiteLocalException($"{file} holds no private key: {e.Message}\nRemove it to have another one made.", e);
            }
        }

        var set = new JsonObject { ["keys"] = keys, ["suite_development"] = areForDevelopment };
        OwnerFile.Write(PublicKeysFile, set.ToJsonString(s_indented) + "\n");
    }
}
