using Suite.Local;
using Suite.Local.Commands;

try
{
    return args switch
    {
        ["run", .. var rest] => await RunCommand.RunAsync(Arguments.Parse(rest)),
        ["check", .. var rest] => Check(Arguments.Parse(rest)),
        ["demo"] => await DemoCommand.RunAsync(),
        ["certs"] => CertsCommand.Run(),
        ["prepare"] => await PrepareCommand.RunAsync(),
        _ => Help(),
    };
}
catch (SuiteLocalException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

static int Check(Arguments arguments)
{
    RunCommand.CheckFree(arguments);
    return 0;
}

static int Help()
{
    Console.Error.WriteLine(
        """
        Starts Suite on this machine. ./build.sh builds it and calls it:
          run [--port-offset N]    everything, until Ctrl-C
          demo                     a fresh suite, the sample orders, and what became of them
          check [--port-offset N]  whether a run could start: no other one here, no port taken
          certs                    certificates for TLS between services, in .suite/certs
          prepare                  installs what tests need, or says the line to type
        """);
    return 2;
}
