using System.Collections.Concurrent;
using Grpc.Core;
using Suite.Client;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Users.V1;

namespace Suite.Cli.Import;

/// <summary>
/// Turns the customers of an orders file into users. A customer is named by <c>users/{uuid}</c>, or by its reference in the users
/// file: that one is created again under the same request id, which answers with the user that exists and creates nothing
/// twice. Each is asked for once, when the first order names it.
/// </summary>
internal sealed class CustomerBook(UsersClient users)
{
    private const string NameTheUser =
        "Name the user in the column 'user' (users/{uuid}), as the output of 'suite import users --output jsonl' does.";

    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UserRow> _rows = new(StringComparer.Ordinal);

    /// <summary>The name of the users file; null when there is none.</summary>
    public string? FileName { get; private set; }

    /// <summary>Reads a users file. Lines that are bad are handed to <paramref name="bad"/>; orders that name their customer will be bad in turn.</summary>
    /// <exception cref="InputFileException">The file can not be read at all.</exception>
    public async Task LoadAsync(InputFile file, Action<BadLine> bad, CancellationToken cancellationToken)
    {
        FileName = file.Name;
        await foreach (var line in file.ReadAsync(RowMapper.UserColumns, RowMapper.User, cancellationToken))
        {
            if (line.Row is not { } row)
            {
                bad(new BadLine(line.Number, string.Empty, BadLine.Unreadable, line.Problem!));
            }
            else if (!_rows.TryAdd(row.Reference, row) && _rows[row.Reference] != row)
            {
                bad(new BadLine(line.Number, row.Reference, BadLine.Duplicate, "customer_ref: stands on an earlier line with other content."));
            }
        }
    }

    /// <summary>The user of a customer, <c>users/{uuid}</c>.</summary>
    /// <exception cref="RowException">There is no such customer, or the User service does not take it.</exception>
    /// <exception cref="SuiteException">The User service can not be asked: not this line's fault.</exception>
    public Task<string> ResolveAsync(string customer, CancellationToken cancellationToken)
    {
        if (NameOf(customer) is { } name)
        {
            return Task.FromResult(name);
        }

        if (!_rows.TryGetValue(customer, out var row))
        {
            throw new RowException(FileName is null
                ? $"customer: '{RowMapper.Shown(customer)}' is no users/{{uuid}}, and there is no users file to look it up in (--users FILE)."
                : $"customer: '{RowMapper.Shown(customer)}' is not in {FileName}.");
        }

        return _known.GetOrAdd(customer, _ => new Lazy<Task<string>>(() => CreateAsync(row, cancellationToken))).Value;
    }

    /// <summary>Makes the request that creates a customer, the same in every run.</summary>
    internal static CreateUserRequest Request(UserRow row) => new()
    {
        User = new User { Email = row.Email, DisplayName = row.DisplayName },
        RequestId = RequestIds.User(row.Email).ToString(),
    };

    /// <summary>Says for people why the User service did not take a customer.</summary>
    internal static string Describe(SuiteException e, string reference) => e.Reason switch
    {
        ErrorReason.RequestIdReused =>
            $"customer '{reference}' was imported before with another display name or spelling; nothing was changed. " + NameTheUser,
        ErrorReason.ResourceAlreadyExists =>
            $"the e-mail address of customer '{reference}' belongs to a user already, and this suite no longer remembers an import of it. " + NameTheUser,
        _ => e.Detail,
    };

    /// <summary>Whether a failure is the row's and not the service's.</summary>
    internal static bool IsAboutTheRow(SuiteException e) =>
        e.Code is StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.AlreadyExists or StatusCode.NotFound or StatusCode.OutOfRange;

    private static string? NameOf(string customer) =>
        customer.StartsWith("users/", StringComparison.Ordinal) ? customer
        : Guid.TryParseExact(customer, "D", out var id) ? $"users/{id}"
        : null;

    private async Task<string> CreateAsync(UserRow row, CancellationToken cancellationToken)
    {
        if (row.User.Length > 0)
        {
            return row.User;
        }

        try
        {
            return (await users.CreateAsync(Request(row), cancellationToken: cancellationToken)).Name;
        }
        catch (SuiteException e) when (IsAboutTheRow(e))
        {
            throw new RowException(Describe(e, row.Reference));
        }
    }
}
