using System.Reflection;
using Google.Api;
using Google.Protobuf.Reflection;
using NUnit.Framework;
using Suite.Contracts.Common.V1;
using FieldInfo = Google.Api.FieldInfo;

namespace Suite.Tests.Architecture;

/// <summary>What holds for every method of every contract, now and when more are added.</summary>
internal sealed class ContractRuleTests
{
    private static readonly string[] Reads = ["Get", "List", "BatchGet", "Watch", "Search", "VerifyLedger", "Read", "Export", "Reconcile"];

    private static readonly IReadOnlyList<MethodDescriptor> AllMethods =
    [
        .. typeof(AuthPolicy).Assembly.GetExportedTypes()
            .Where(t => t.Name.EndsWith("Reflection", StringComparison.Ordinal))
            .Select(t => t.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
            .OfType<FileDescriptor>()
            .SelectMany(f => f.Services)
            .SelectMany(s => s.Methods),
    ];

    private static IEnumerable<TestCaseData> Methods => AllMethods.Select(m => new TestCaseData(m).SetArgDisplayNames(m.FullName));

    private static IEnumerable<TestCaseData> Mutations => AllMethods
        .Where(m => !Reads.Any(r => m.Name.StartsWith(r, StringComparison.Ordinal)))
        .Select(m => new TestCaseData(m).SetArgDisplayNames(m.FullName));

    [TestCaseSource(nameof(Methods))]
    public void A_method_says_who_may_call_it(MethodDescriptor method)
    {
        var policy = method.GetOptions()?.GetExtension(AuthExtensions.Auth);
        Assert.That(policy, Is.Not.Null);
        Assert.That(policy!.RuleCase, Is.Not.EqualTo(AuthPolicy.RuleOneofCase.None));
        if (policy.RuleCase == AuthPolicy.RuleOneofCase.Scope)
        {
            Assert.That(policy.Scope, Does.Match(@"^[a-z]+\.(read|write)$"));
            Assert.That(policy.Scope.EndsWith(".read", StringComparison.Ordinal), Is.EqualTo(IsRead(method)), "reads need read, changes need write");
        }
        else
        {
            Assert.That(policy.Public, Is.True);
        }
    }

    [TestCaseSource(nameof(Mutations))]
    public void A_method_that_changes_something_takes_a_request_id(MethodDescriptor method)
    {
        var requests = method.IsClientStreaming
            ? method.InputType.Fields.InDeclarationOrder().Where(f => f.FieldType == FieldType.Message).Select(f => f.MessageType)
            : [method.InputType];
        var field = requests.Select(r => r.FindFieldByName("request_id")).FirstOrDefault(f => f is not null);

        Assert.That(field, Is.Not.Null);
        Assert.That(field!.FieldType, Is.EqualTo(FieldType.String));
        Assert.That(field.GetOptions().GetExtension(FieldBehaviorExtensions.FieldBehavior), Does.Contain(FieldBehavior.Required));
        Assert.That(field.GetOptions().GetExtension(FieldInfoExtensions.FieldInfo).Format, Is.EqualTo(FieldInfo.Types.Format.Uuid4));
    }

    [TestCaseSource(nameof(Methods))]
    public void A_method_can_be_called_as_json_unless_callers_stream(MethodDescriptor method)
    {
        var http = method.GetOptions()?.GetExtension(AnnotationsExtensions.Http);
        if (method.IsClientStreaming)
        {
            Assert.That(http, Is.Null);
            return;
        }

        Assert.That(http, Is.Not.Null);
        Assert.That(http!.PatternCase == HttpRule.PatternOneofCase.Get, Is.EqualTo(IsRead(method)), "reads are GET, and nothing else is");
    }

    [Test]
    public void There_are_methods_to_check() => Assert.That(AllMethods, Has.Count.GreaterThan(15));

    private static bool IsRead(MethodDescriptor method) => Reads.Any(r => method.Name.StartsWith(r, StringComparison.Ordinal));
}
