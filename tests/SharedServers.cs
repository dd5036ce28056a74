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

        var other = Beside("bin", "mongo-server");
        if (OperatingSystem.IsWindows() || !File.Exists(other))
        {
            return null;
        }

        var script = Path.Combine(folder, "mongod");
        if (!File.Exists(script))
        {
            // Called as: mongod --dbpath FOLDER --port PORT …
            File.WriteAllText(script, $"#!/bin/sh\nexec '{Path.GetFullPath(other)}' \"$2\" \"127.0.0.1:$4\"\n");
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return script;
    }

    private static string Beside(params string[] path) => Path.Combine([Checkout.Root, "..", "shared", .. path]);
}
