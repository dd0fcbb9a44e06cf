using Pipeline.Learning;
using Xunit;

namespace Pipeline.Conformance.Learning;

/// <summary>
/// The promises of <see cref="ILearningStore"/>, a fact for each. The author of a backend derives a sealed class with a parameterless constructor that
/// passes a <see cref="LearningTestStore"/>.
/// </summary>
/// <remarks>The facts are bounded by counts, never by time; their time limit only ends a call that hangs.</remarks>
[ConformanceSuiteFor(typeof(ILearningStore))]
public abstract partial class LearningStoreConformance : IAsyncLifetime
{
    private const int TimeLimit = 180_000;

    /// <summary>How far scores of different backends may be apart.</summary>
    private const double ScoreTolerance = 0.001;

    private readonly LearningTestStore _store;
    private readonly string _tenant = $"tenant-{Guid.NewGuid():N}";
    private DateTimeOffset _start;

    /// <summary>Makes the suite for one backend.</summary>
    /// <param name="store">The backend. The suite disposes it.</param>
    protected LearningStoreConformance(LearningTestStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
    }

    private TimeSpan Tick => _store.Tick;

    private LearningFilter All => new() { Tenant = _tenant };

    /// <summary>Recalls whatever there is, by nothing but the filter and the outcomes.</summary>
    private RecallQuery Anything => new() { Filter = All, MinScore = 0, HalfLife = null, Limit = RecallQuery.MaxLimit, DuplicateSimilarity = null };

    /// <summary>Prepares the store. Called by xunit.</summary>
    /// <returns>A task that completes when the store can be used.</returns>
    public virtual async Task InitializeAsync()
    {
        await _store.InitializeAsync();
        _start = await _store.GetServerTimeAsync();
    }

    /// <summary>Disposes the store. Called by xunit.</summary>
    /// <returns>A task that completes when the store is disposed.</returns>
    public virtual Task DisposeAsync() => _store.DisposeAsync().AsTask();

    [Fact]
    public void What_the_store_cannot_do_has_a_reason() =>
        Assert.True(_store.CannotBeUnreachable is not "", "The store does not say why its backend can always be reached.");

    private static LearningEmbedding Embedding(params float[] vector) => new("small", vector);

    private static IEnumerable<LearningId> IdsOf(RecallResult result) => result.Matches.Select(match => match.Learning.Id);

    private static void AssertSame(LearningRecord expected, LearningRecord actual)
    {
        Assert.Equal(expected.Tenant, actual.Tenant);
        Assert.Equal(expected.RunId, actual.RunId);
        Assert.Equal(expected.Collection, actual.Collection);
        Assert.Equal(expected.Step, actual.Step);
        Assert.Equal(expected.Agent, actual.Agent);
        Assert.Equal(expected.Severity, actual.Severity);
        Assert.Equal(expected.Finding, actual.Finding);
        Assert.Equal(expected.Interventions, actual.Interventions);
        Assert.Equal(
            expected.Attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal), actual.Attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal));
        Assert.Equal(expected.Created, actual.Created);
        Assert.Equal(expected.ValidUntil, actual.ValidUntil);
        Assert.Null(actual.Embedding);
    }

    private async Task<ILearningStore> OpenAsync() => await _store.OpenAsync();

    /// <summary>A learning of this test's tenant. Those with different runs are different learnings.</summary>
    private LearningRecord Record(string runId = "run-1", string finding = "The call timed out.") => new()
    {
        Tenant = _tenant,
        RunId = runId,
        Step = "answer",
        Finding = finding,
        Created = _start,
    };

    private OutcomeReport Report(LearningId id, LearningOutcome outcome, string followUpId = "follow-up") =>
        new() { Tenant = _tenant, LearningId = id, FollowUpId = followUpId, Outcome = outcome };

    private async Task<StoredLearning> GetAsync(ILearningStore store, LearningId id) =>
        await store.GetAsync(_tenant, id) ?? throw new Xunit.Sdk.XunitException($"The learning {id} is not there.");

    /// <summary>Reads all pages.</summary>
    private static async Task<List<StoredLearning>> ReadAsync(ILearningStore store, LearningFilter filter, int limit = 100)
    {
        var all = new List<StoredLearning>();
        LearningPosition? after = null;
        do
        {
            var page = await store.QueryAsync(filter, limit, after);
            Assert.InRange(page.Items.Count, 0, limit);
            all.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null);

        return all;
    }
}
