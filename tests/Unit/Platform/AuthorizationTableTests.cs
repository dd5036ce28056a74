using System.Text;
using Google.Protobuf.Reflection;
using Suite.Contracts.Common.V1;
using Suite.Platform.Naming;
using Suite.Platform.Security;
using Suite.Tests.Unit.Cli;
using Suite.Users.Features.SigningKeys;

namespace Suite.Tests.Unit.Platform;

/// <summary>
/// docs/authorization.md is made from the contracts. When it is stale: <c>SUITE_WRITE_DOCS=1 dotnet test tests/Unit --filter
/// AuthorizationTable</c>.
/// </summary>
internal sealed class AuthorizationTableTests
{
    private static readonly string[] s_user = AccessTokenIssuer.UserScopes.Split(' ');

    // What the launcher writes into the file of the services' keys.
    private static readonly Dictionary<string, string[]> s_services = new()
    {
        ["Order"] = ["users.read", "payments.read", "payments.write", "trust.read", "history.read"],
        ["User"] = ["orders.read"],
        ["Payment"] = ["orders.read", "trust.read"],
    };

    [Test]
    public void The_table_of_methods_and_callers_is_the_one_in_the_docs()
    {
        var file = Repository.Path("docs", "authorization.md");
        var table = Table();
        if (Environment.GetEnvironmentVariable("SUITE_WRITE_DOCS") is "1")
        {
            File.WriteAllText(file, table);
        }

        Assert.That(File.ReadAllText(file), Is.EqualTo(table), "docs/authorization.md is stale; how to write it anew stands in this file");
    }

    [Test]
    public void Every_scope_but_those_for_services_can_be_given_to_a_key()
    {
        Assert.That(MethodPolicies.AllScopes, Does.Contain("orders.write").And.Contain("trust.read"));
        Assert.That(MethodPolicies.AllScopes.Except(MethodPolicies.GrantableScopes), Is.EquivalentTo(new[] { "trust.read", "history.read" }));
        Assert.That(
            s_user.Concat(s_services.Values.SelectMany(s => s)).Except(MethodPolicies.AllScopes), Is.Empty, "nobody holds a scope that opens nothing");
    }

    private static string Table()
    {
        var text = new StringBuilder(
            """
            # Who may call what

            Made from the option `(suite.common.v1.auth)` in [`protos/`](../protos) by `tests/Unit/Platform/AuthorizationTableTests.cs`, which fails when
            this is stale. A call that is not allowed ends before its body is read: without credentials or with bad ones `UNAUTHENTICATED`, without the
            scope `PERMISSION_DENIED`. Health and reflection are open. How it is done, and why so: [decision 9](decisions/0009-authorization.md).

            - **own**: a user reaches what is their own; of anything else they get the answer of what does not exist.
            - **key**: an API key that was given the scope; it reaches what belongs to anybody.
            - A service reaches what the file of public keys (`SUITE_SERVICE_KEYS`) grants it; here, what the launcher writes into it.

            | method | scope | anybody | user | API key | services |
            |---|---|---|---|---|---|

            """.ReplaceLineEndings("\n"));
        var methods = ContractDescriptors.Files.SelectMany(file => file.Services).SelectMany(service => service.Methods)
            .OrderBy(method => method.Service.FullName, StringComparer.Ordinal)
            .ThenBy(method => method.Index);
        foreach (var method in methods)
        {
            text.Append(Row(method)).Append('\n');
        }

        text.Append(
            """

            Some fields need a scope of their own beside the method's: a request that sets one without it gets `PERMISSION_DENIED` too.

            | field | scope | user | API key |
            |---|---|---|---|

            """.ReplaceLineEndings("\n"));
        foreach (var (field, scope) in FieldScopes.All.OrderBy(field => field.Key, StringComparer.Ordinal))
        {
            text.Append($"| `{field["suite.".Length..]}` | `{scope}` | {(s_user.Contains(scope) ? "own" : "no")} | {(MethodPolicies.GrantableScopes.Contains(scope) ? "key" : "no")} |\n");
        }

        return text.ToString();
    }

    private static string Row(MethodDescriptor method)
    {
        var name = $"`{method.Service.FullName["suite.".Length..]}.{method.Name}`";
        var scope = method.GetOptions().GetExtension(AuthExtensions.Auth).Scope;
        if (scope.Length == 0)
        {
            return $"| {name} | public | yes | yes | yes | yes |";
        }

        var user = s_user.Contains(scope) ? "own" : "no";
        var key = MethodPolicies.GrantableScopes.Contains(scope) ? "key" : "no";
        var services = s_services.Where(service => service.Value.Contains(scope)).Select(service => service.Key).ToArray();
        return $"| {name} | `{scope}` | no | {user} | {key} | {(services.Length > 0 ? string.Join(", ", services) : "no")} |";
    }
}
