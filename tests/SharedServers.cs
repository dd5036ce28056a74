using Suite.Local;
using Suite.Local.Mongo;

namespace Suite.Tests;

/// <summary>Servers that the project does without: on this machine, or beside the checkout in <c>../shared</c>.</summary>
internal static class SharedServers
{
    /// <summary>Where Apache Kafka lies: <c>KAFKA_HOME</c>, else <c>../shared/kafka</c>; null when it does not.</summary>
    public static string? KafkaHome
    {
        get
        {
            var home = Environment.GetEnvironmentVariable("KAFKA_HOME") is { Length: > 0 } named ? named : Beside("kafka");
            return File.Exists(Path.Combine(home, "bin", "kafka-server-start.sh")) ? Path.GetFullPath(home) : null;
        }
    }

    /// <summary>Whether <see cref="ElasticsearchHome"/> finds one.</summary>
    public static bool HasElasticsearch => NamedElasticsearch is not null || OtherElasticsearch is not null;

    private static string? OtherMongo => Beside("bin", "mongo-server") is var path && !OperatingSystem.IsWindows() && File.Exists(path) ? Path.GetFullPath(path) : null;

    private static string? NamedElasticsearch => Environment.GetEnvironmentVariable("ELASTICSEARCH_HOME") is { Length: > 0 } home ? home : null;

    private static string? OtherElasticsearch =>
        Beside("elasticsearch", "start") is var path && !OperatingSystem.IsWindows() && File.Exists(path) ? Path.GetFullPath(path) : null;

    /// <summary>
    /// A program that takes what <c>mongod</c> takes: that of the path, else the server of its protocol that lies in <c>../shared</c>; null when
    /// there is neither.
    /// </summary>
    /// <param name="folder">Where to put a script that calls the latter.</param>
    public static string? MongoProgram(string folder)
    {
        if (MongoServer.OnPath() is { } program)
        {
            return program;
        }

        // Called as: mongod --dbpath FOLDER --port PORT …
        return OtherMongo is { } other ? Script(Path.Combine(folder, "mongod"), $"exec '{other}' \"$2\" \"127.0.0.1:$4\"\n") : null;
    }

    /// <summary>
    /// A folder with <c>bin/elasticsearch</c>: that of <c>ELASTICSEARCH_HOME</c>, else one that calls the Elasticsearch in <c>../shared</c>; null when
    /// there is neither.
    /// </summary>
    /// <param name="folder">Where to put the latter.</param>
    public static string? ElasticsearchHome(string folder)
    {
        if (NamedElasticsearch is not null || OtherElasticsearch is not { } other)
        {
            return NamedElasticsearch;
        }

        // Called as: elasticsearch -Epath.data=FOLDER … -Ehttp.port=PORT …
        var home = Directory.CreateDirectory(Path.Combine(folder, "elasticsearch-home", "bin"));
        Script(
            Path.Combine(home.FullName, "elasticsearch"),
            "for a; do case $a in -Epath.data=*) data=${a#*=};; -Ehttp.port=*) port=${a#*=};; esac; done\n" + $"exec '{other}' \"$data\" \"$port\"\n");
        return home.Parent!.FullName;
    }

    private static string Script(string path, string text)
    {
        if (!OperatingSystem.IsWindows() && !File.Exists(path))
        {
            File.WriteAllText(path, "#!/bin/sh\n" + text);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return path;
    }

    private static string Beside(params string[] path) => Path.Combine([Checkout.Root, "..", "shared", .. path]);
}
