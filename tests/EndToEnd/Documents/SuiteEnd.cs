using Suite.Tests.EndToEnd.Running;

namespace Suite.Tests.EndToEnd.Documents;

/// <summary>Ends the suite of this folder before that of the next one starts.</summary>
[SetUpFixture]
internal sealed class SuiteEnd
{
    [OneTimeTearDown]
    public Task StopAsync() => Suites.StopAsync();
}
