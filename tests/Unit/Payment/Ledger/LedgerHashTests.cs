using System.Buffers;
using NUnit.Framework;
using Suite.Payments.Ledger;

namespace Suite.Tests.Unit.Payments.Ledger;

public sealed class LedgerHashTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Zero = new byte[LedgerHash.Length];

    private static readonly StoredTransaction Sample = new(
        Guid.Parse("0197c1f0-5b3e-7c3a-9d1e-2f4a6b8c0d1e"), 7, "k", "manual", "", "Gebühr", Noon, Noon.AddTicks(10), null,
        [new(1, "a", false, "EUR", 5, 0, 7, Noon, Noon.AddTicks(10)), new(2, "b", false, "EUR", 0, 5, 7, Noon, Noon.AddTicks(10))]);

    /// <summary>
    /// The encoding is what old chains were made with. When this fails, it is the code that has to change and not the number.
    /// </summary>
    [Test]
    public void The_encoding_is_the_one_that_chains_were_made_with() => Assert.That(
        Convert.ToHexStringLower(LedgerHash.Of(Zero, Sample)), Is.EqualTo("714102390b27b129e342f8c1711be2f87a378a76c81bc9be7603c9908bfc45d9"));

    [Test]
    public void Every_field_counts()
    {
        var first = Sample.Entries[0];
        StoredTransaction[] others =
        [
            Sample with { Id = Guid.NewGuid() },
            Sample with { Sequence = 8 },
            Sample with { Key = "l" },
            Sample with { Template = "manua" },
            Sample with { Source = "s" },
            Sample with { Description = "" },
            Sample with { EffectiveTime = Noon.AddTicks(10) },
            Sample with { RecordTime = Noon },
            Sample with { Reverses = Guid.NewGuid() },
            Sample with { Entries = [first] },
            .. new[]
            {
                first with { Line = 3 }, first with { Account = "c" }, first with { IsPending = true }, first with { CurrencyCode = "USD" },
                first with { DebitMinor = 6 }, first with { CreditMinor = 1 }, first with { Sequence = 8 },
                first with { EffectiveTime = Noon.AddTicks(10) }, first with { RecordTime = Noon },
            }.Select(e => Sample with { Entries = [e, Sample.Entries[1]] }),
        ];

        var hashes = others.Append(Sample).Select(t => Convert.ToHexString(LedgerHash.Of(Zero, t))).ToList();

        Assert.That(hashes.Distinct().Count(), Is.EqualTo(hashes.Count));
        Assert.That(LedgerHash.Of([.. Zero.Select(_ => (byte)1)], Sample), Is.Not.EqualTo(LedgerHash.Of(Zero, Sample)));
    }

    [Test]
    public void What_one_field_loses_another_does_not_win() =>
        Assert.That(Encode(Sample with { Key = "ka", Template = "b" }), Is.Not.EqualTo(Encode(Sample with { Key = "k", Template = "ab" })));

    private static byte[] Encode(StoredTransaction transaction)
    {
        var bytes = new ArrayBufferWriter<byte>();
        LedgerHash.Encode(transaction, bytes);
        return bytes.WrittenSpan.ToArray();
    }
}
