using System.Net;
using System.Net.Sockets;
using NUnit.Framework;
using Suite.Local;
using Suite.Local.Ports;

namespace Suite.Tests.Component.Local;

internal sealed class PortTests
{
    [Test]
    public void A_taken_port_is_reported_with_the_process_that_holds_it()
    {
        using var listener = new TcpListener(IPAddress.Loopback, FreePorts.Next());
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var holder = PortHolder.Find(port);

        Assert.That(holder?.ProcessId, Is.EqualTo(Environment.ProcessId));
        Assert.That(holder!.ToString(), Does.StartWith($"port {port} is taken by process {Environment.ProcessId}: ").And.Contain("dotnet"));
    }

    [Test]
    public void A_free_port_has_no_holder() => Assert.That(PortHolder.Find(FreePorts.Next()), Is.Null);

    [Test]
    public void No_free_port_is_given_twice()
    {
        var ports = Enumerable.Range(0, 200).Select(_ => FreePorts.Next()).ToList();
        Assert.That(ports, Is.Unique);
    }

    [Test]
    public async Task A_start_on_a_taken_port_fails_before_anything_is_started()
    {
        var offset = FreePorts.Next() - 8103;
        using var listener = new TcpListener(IPAddress.Loopback, 8103 + offset);
        listener.Start();
        var folder = Servers.NewFolder();

        var error = await Assert.ThrowsAsync<SuiteLocalException>(
            () => LocalSuite.StartAsync(new LocalSuiteOptions { DataDirectory = folder, PortOffset = offset }));

        Assert.That(error!.Message, Does.Contain($"port {8103 + offset} is taken by process {Environment.ProcessId}").And.Contain("--port-offset"));
        Assert.That(Directory.Exists(Path.Combine(folder, "postgres")), Is.False);
    }
}
