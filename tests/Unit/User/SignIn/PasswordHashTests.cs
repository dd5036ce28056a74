using Grpc.Core;
using Microsoft.Extensions.Configuration;
using Suite.Contracts.Common.V1;
using Suite.Platform.Errors;
using Suite.Users.Features.Passwords;

namespace Suite.Tests.Unit.Users.SignIn;

internal sealed class PasswordHashTests
{
    private const string Password = "correct horse battery";

    /// <summary>Made by another implementation (noble-hashes 1.8).</summary>
    private const string Reference = "$argon2id$v=19$m=2048,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$rEcIAinuhE7naypOEgt65zwKPatOxuQmEkyCJl92F8A";

    private static readonly Argon2Options Small = new(1024, 1);

    [Test]
    public void A_hash_of_another_implementation_is_verified()
    {
        using var hasher = new Argon2PasswordHasher(Small);
        Assert.That(hasher.Verify(Password, Reference, out _), Is.True);
        Assert.That(hasher.Verify(Password + "!", Reference, out _), Is.False);
    }

    [Test]
    public void The_form_is_written_as_it_was_read()
    {
        Assert.That(PasswordHash.TryParse(Reference, out var hash), Is.True);
        Assert.That(hash!.ToString(), Is.EqualTo(Reference));
        Assert.That((hash.MemoryKib, hash.Iterations), Is.EqualTo((2048, 3)));
    }

    [TestCase("")]
    [TestCase("password")]
    [TestCase("$argon2i$v=19$m=2048,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$q", Description = "another variant")]
    public void What_is_no_hash_of_ours_is_not_read(string text) => Assert.That(PasswordHash.TryParse(text, out _), Is.False);

    [TestCase("v=19", "v=16")]
    [TestCase("p=1", "p=4")]
    [TestCase("m=2048", "m=9999999", Description = "more memory than any setting allows")]
    [TestCase("m=2048", "m=8")]
    [TestCase("t=3", "t=999")]
    [TestCase("t=3", "t=0")]
    [TestCase("argon2id", "argon2d")]
    public void Parameters_out_of_range_are_not_read(string from, string to) =>
        Assert.That(PasswordHash.TryParse(Reference.Replace(from, to, StringComparison.Ordinal), out _), Is.False);

    [Test]
    public void One_password_has_another_hash_each_time()
    {
        using var hasher = new Argon2PasswordHasher(Small);
        var first = hasher.Hash(Password);
        Assert.That(hasher.Hash(Password), Is.Not.EqualTo(first));
        Assert.That(first, Does.StartWith("$argon2id$v=19$m=1024,t=1,p=1$"));
        Assert.That(hasher.Verify(Password, first, out _), Is.True);
    }

    [TestCase(1024, 1, false)]
    [TestCase(2048, 1, true)]
    [TestCase(1024, 2, true)]
    public void A_hash_of_weaker_parameters_is_to_be_made_again(int memory, int iterations, bool expected)
    {
        using var before = new Argon2PasswordHasher(Small);
        using var now = new Argon2PasswordHasher(new Argon2Options(memory, iterations));
        Assert.That(now.Verify(Password, before.Hash(Password), out var rehash), Is.True);
        Assert.That(rehash, Is.EqualTo(expected));
    }

    [Test]
    public async Task Without_a_hash_the_same_work_is_done_in_vain()
    {
        using var hasher = new Argon2PasswordHasher(Small);
        Assert.That((await hasher.VerifyAsync(Password, null, default)).Matches, Is.False);
        Assert.That(hasher.Hashings, Is.EqualTo(1));
    }

    [Test]
    public async Task Who_waits_too_long_for_a_turn_is_refused()
    {
        var options = new Argon2Options(65_536, 3) { Concurrency = 1, Patience = TimeSpan.FromMilliseconds(1) };
        using var hasher = new Argon2PasswordHasher(options);
        using (hasher.TakeTurn())
        {
            var refused = await Assert.ThrowsAsync<DomainException>(() => hasher.VerifyAsync(Password, null, default));
            Assert.That((refused!.Code, refused.Reason), Is.EqualTo((StatusCode.ResourceExhausted, ErrorReason.Overloaded)));
            Assert.That(refused.RetryAfter, Is.Not.Null);
        }

        Assert.That(hasher.Hashings, Is.Zero);
        Assert.That((await hasher.VerifyAsync(Password, null, default)).Matches, Is.False);
    }

    [TestCase("SUITE_ARGON2_MEMORY_KIB", "0")]
    [TestCase("SUITE_ARGON2_MEMORY_KIB", "lots")]
    [TestCase("SUITE_ARGON2_ITERATIONS", "0")]
    public void A_setting_out_of_range_is_named(string key, string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(key, value)]).Build();
        Assert.That(() => Argon2Options.From(configuration), Throws.InvalidOperationException.With.Message.Contains(key));
    }
}
