using Microsoft.AspNetCore.Http;
using Pipeline.Problems;
using Pipeline.Queues;

namespace Pipeline.Admin;

/// <summary>Which dead letters an order is about: those for which all holds that is said. To mean every one, it has to say so.</summary>
internal sealed record DeadLetterSelection
{
    private const int MostIds = 1_000;

    public IReadOnlyList<Guid>? Ids { get; init; }

    public string? Tenant { get; init; }

    public string? Type { get; init; }

    public DeadLetterReason? Reason { get; init; }

    public DateTimeOffset? DeadFrom { get; init; }

    public DateTimeOffset? DeadBefore { get; init; }

    /// <summary>How many at most, oldest first.</summary>
    public long? Max { get; init; }

    public bool All { get; init; }

    /// <exception cref="HttpProblemException">It selects everything without saying so, or a value is out of range.</exception>
    public (DeadLetterFilter Filter, long Max) Read()
    {
        var isNarrowed = Ids is not null || Tenant is not null || Type is not null || Reason is not null || DeadFrom is not null || DeadBefore is not null;
        Require(isNarrowed || Max is not null || All, "Nothing is selected. Give ids, a filter or max, or say \"all\": true.");
        Require(!All || !(isNarrowed || Max is not null), "\"all\": true contradicts the rest. Leave out one of them.");
        Require(Max is null or >= 1, "max is less than 1. Give 1 or more.");
        Require(Ids is null or { Count: >= 1 and <= MostIds }, "ids is empty or too long. Give 1 to 1,000 ids.");
        return (
            new DeadLetterFilter { MessageIds = Ids, Tenant = Tenant, Type = Type, Reason = Reason, DeadFrom = DeadFrom, DeadBefore = DeadBefore },
            Max ?? long.MaxValue);
    }

    private static void Require(bool condition, string detail)
    {
        if (!condition)
        {
            throw new HttpProblemException(new HttpProblem(StatusCodes.Status422UnprocessableEntity, ProblemCodes.InvalidInput, "Invalid input", detail));
        }
    }
}
