using System.Globalization;
using Pipeline.Learning;
using Xunit.Sdk;

namespace Pipeline.Conformance.Learning.Generation;

/// <summary>One generated sequence of operations on two tenants, each compared with the model.</summary>
internal sealed partial class LearningSequence
{
    private static readonly string[] Findings =
        ["alpha bravo", "Alpha  bravo", "charlie", "alpha charlie delta", "delta " + new string('d', 90), "bravo alpha charlie delta echo"];

    private static readonly string[] Words = ["alpha", "BRAVO", "charlie", "delta", "zulu"];
    private static readonly string[] Steps = ["answer", "Classify"];
    private static readonly string[] Names = ["retry", "wait", "raise-timeout"];

    // Their cosines lie apart from each other and from the thresholds that are used.
    private static readonly float[][] Vectors = [[1, 0], [4, 3], [3, 4], [0, 1], [-1, 0.2f], [12, 5], [1, 0, 0], [0, 1, 1], [1, 1, 1]];

    private readonly LearningTestStore _backend;
    private readonly ILearningStore[] _stores;
    private readonly SeededRandom _random;
    private readonly LearningModel _model = new();
    private readonly List<string> _operations = [];
    private readonly string[] _tenants;
    private DateTimeOffset _now;
    private long _created;

    private LearningSequence(LearningTestStore backend, ILearningStore[] stores, ulong seed, DateTimeOffset now)
    {
        _backend = backend;
        _stores = stores;
        _random = new SeededRandom(seed);
        var name = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        _tenants = [$"{name}-a", $"{name}-b"];
        _now = now;
    }

    private ILearningStore Store => _random.Pick(_stores);

    private string Tenant => _random.Pick(_tenants);

    public static async Task RunAsync(LearningTestStore backend, ulong seed, int operations)
    {
        var sequence = new LearningSequence(backend, [await backend.OpenAsync(), await backend.OpenAsync()], seed, await backend.GetServerTimeAsync());
        try
        {
            for (var i = 0; i < operations; i++)
            {
                await sequence.StepAsync();
            }
        }
        catch (Exception e)
        {
            throw new XunitException($"Seed {seed}, after:\n{string.Join('\n', sequence._operations)}\n\n{e.Message}", e);
        }
    }

    private Task StepAsync() => _random.Next(20) switch
    {
        < 6 => RecordAsync(),
        < 9 => ReportAsync(),
        < 13 => RecallAsync(),
        < 14 => QueryAsync(),
        < 15 => GetAsync(),
        < 16 => OutcomesAsync(),
        < 17 => ForgetAsync(),
        < 18 => ForgetEmbeddingsAsync(),
        < 19 => ExpireAsync(),
        _ => AdvanceAsync(),
    };

    private void Note(FormattableString operation) => _operations.Add(operation.ToString(CultureInfo.InvariantCulture));

    private async Task RecordAsync()
    {
        var tenant = Tenant;
        var records = Enumerable.Range(0, _random.Between(1, 3)).Select(_ => NewRecord(tenant)).ToArray();
        Note($"record {string.Join(", ", records.Select(Describe))}");
        var ids = await Store.RecordAsync(records);
        Ensure.That(ids.SequenceEqual(records.Select(LearningId.Of)), "The ids are not those of the learnings.");
        _model.Record(records, _now);
    }

    private async Task ReportAsync()
    {
        var (tenant, id) = (Tenant, PickId());
        var report = new OutcomeReport
        {
            Tenant = tenant,
            LearningId = id,
            FollowUpId = $"f-{_random.Next(3)}",
            Outcome = (LearningOutcome)_random.Between(1, 4),
            Notes = _random.Chance(30) ? "note" : null,
        };
        Note($"report {tenant[^1]} {id} {report.FollowUpId} {report.Outcome}");
        var known = _model.Find(tenant, id, _now);
        Ensure.That(await Store.ReportOutcomeAsync(report) == (known is not null), $"The report was {(known is null ? "" : "not ")}stored.");
        known?.Report(report);
    }

    private async Task QueryAsync()
    {
        var (filter, limit) = (NewFilter(), _random.Between(1, 5));
        Note($"query {filter}, {limit} a page");
        var read = new List<StoredLearning>();
        LearningPosition? after = null;
        do
        {
            var page = await Store.QueryAsync(filter, limit, after);
            read.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null);

        var expected = _model.Select(filter, _now);
        Ensure.That(read.Select(one => one.Id).SequenceEqual(expected.Select(one => one.Id)), $"{read.Count} learnings were read in place of {expected.Count}, or in another order.");
        foreach (var (stored, model) in read.Zip(expected))
        {
            Compare(model, stored);
        }
    }

    private async Task GetAsync()
    {
        var (tenant, id) = (Tenant, PickId());
        Note($"get {tenant[^1]} {id}");
        var (stored, model) = (await Store.GetAsync(tenant, id), _model.Find(tenant, id, _now));
        Ensure.That(stored is null == model is null, model is null ? "A learning was read that is not there." : "A learning is not there.");
        if (stored is not null && model is not null)
        {
            Compare(model, stored);
        }
    }

    private async Task OutcomesAsync()
    {
        var filter = NewFilter();
        Note($"outcomes {filter}");
        var (actual, expected) = (await Store.OutcomesAsync(filter), _model.Outcomes(filter, _now));
        Ensure.That(actual.SequenceEqual(expected), $"The outcomes are\n{string.Join('\n', actual)}\nin place of\n{string.Join('\n', expected)}");
    }

    private async Task ForgetAsync()
    {
        var filter = NewFilter();
        Note($"forget {filter}");
        var deleted = await Store.ForgetAsync(filter);
        var (valid, all) = _model.Forget(filter, _now);
        Ensure.That(deleted >= valid && deleted <= all, $"{deleted} learnings were forgotten in place of {valid} to {all}.");
    }

    private async Task ForgetEmbeddingsAsync()
    {
        var (tenant, model) = (Tenant, NewModel());
        Note($"forget embeddings {tenant[^1]} {model}");
        await Store.ForgetEmbeddingsAsync(tenant, model);
        _model.ForgetEmbeddings(tenant, model);
    }

    private async Task ExpireAsync()
    {
        Note($"expire");
        await Store.ExpireAsync();
        _model.Expire(_now);
    }

    private async Task AdvanceAsync()
    {
        // Validities end between two ticks, so that a clock that moves by itself does not decide.
        var by = _backend.Tick * _random.Between(1, 4);
        Note($"advance {by}");
        await _backend.AdvanceAsync(by);
        _now += by;
    }
}
