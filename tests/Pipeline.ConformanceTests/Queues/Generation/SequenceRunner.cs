using System.Globalization;
using System.Text;
using Pipeline.Queues;
using Xunit.Sdk;

namespace Pipeline.Conformance.Queues.Generation;

/// <summary>
/// Runs one generated sequence of operations on two queues of one provider, opened by two processes, and compares each result, and the
/// stats after each, with the model.
/// </summary>
internal sealed partial class SequenceRunner
{
    private readonly QueueTestStore _store;
    private readonly SeededRandom _random;
    private readonly ulong _seed;
    private readonly ModelTime _time;
    private readonly IReadOnlyList<IQueueProvider> _processes;
    private readonly IReadOnlyList<QueueModel> _models;
    private readonly List<(QueueModel Model, QueueReceipt Receipt)> _receipts = [];
    private readonly List<(QueueModel Model, IReadOnlyList<QueueMessage> Messages, DateTimeOffset At)> _batches = [];
    private readonly StringBuilder _log = new();

    private SequenceRunner(
        QueueTestStore store, ulong seed, SeededRandom random, ModelTime time, IReadOnlyList<IQueueProvider> processes, IReadOnlyList<QueueModel> models)
    {
        _store = store;
        _seed = seed;
        _random = random;
        _time = time;
        _processes = processes;
        _models = models;
    }

    private TimeSpan Tolerance => _store.ClockTolerance;

    /// <summary>Runs one sequence.</summary>
    /// <returns>How many operations it had before the server's own time told its ticks apart no more; all of them under a manual clock.</returns>
    public static async Task<int> RunAsync(QueueTestStore store, ulong seed, int operations)
    {
        var random = new SeededRandom(seed);
        var catalog = new QueueCatalog(
            new QueueDefinition($"main-{Guid.NewGuid():N}", RandomOptions(random, store.Tick)),
            new QueueDefinition($"next-{Guid.NewGuid():N}", RandomOptions(random, store.Tick)));
        IQueueProvider[] processes = [await store.OpenAsync(catalog), await store.OpenAsync(catalog)];
        var time = new ModelTime(await store.GetServerTimeAsync());
        var definitions = catalog.Definitions.Values.OrderBy(definition => definition.Name, StringComparer.Ordinal);
        var models = definitions.Select(definition => new QueueModel(definition, time)).ToList();
        return await new SequenceRunner(store, seed, random, time, processes, models).RunAsync(operations);
    }

    private static QueueOptions RandomOptions(SeededRandom random, TimeSpan tick) => new()
    {
        MaxDeliveries = random.Between(1, 4),
        DeduplicationWindow = TimeSpan.FromTicks(Math.Max((tick * 2.5).Ticks, TimeSpan.TicksPerSecond)),
        Capacity = random.Chance(30) ? 12 : null,
        DeadLetterBlocksOrderingKey = random.Chance(40),
        TenantWeights = random.Chance(50) ? new Dictionary<string, int>(StringComparer.Ordinal) { ["a"] = 2, ["b"] = random.Between(1, 4) } : [],
    };

    private async Task<int> RunAsync(int operations)
    {
        var done = 0;
        try
        {
            while (done < operations && await IsOnTimeAsync())
            {
                await NextAsync();
                await CompareStatsAsync();
                done++;
            }

            if (done == operations)
            {
                await CompareDeadLettersAsync();
            }
        }
        catch (Exception failure)
        {
            // Where the server's time ran away under the operation, the model is not to be believed.
            if (await IsOnTimeAsync())
            {
                var problem = failure is XunitException ? failure.Message : $"{failure.GetType().Name}: {failure.Message}";
                throw new XunitException($"Seed {_seed}, operation {done + 1}: {problem}\n{Describe()}", failure);
            }
        }

        return done;
    }

    /// <summary>Whether the server's own time still tells the ticks of the sequence apart. Begins an operation.</summary>
    private async ValueTask<bool> IsOnTimeAsync()
    {
        _time.BeginOperation(await _store.GetServerTimeAsync());
        return _time.Drift <= Tolerance;
    }

    private Task NextAsync() => _random.Next(100) switch
    {
        < 24 => EnqueueAsync(),
        < 28 => RepeatEnqueueAsync(),
        < 50 => ReceiveAsync(),
        < 62 => CompleteAsync(),
        < 67 => RenewAsync(),
        < 80 => AbandonAsync(),
        < 85 => RejectAsync(),
        < 89 => RedriveAsync(),
        < 91 => DiscardAsync(),
        _ => AdvanceAsync(),
    };

    private async Task AdvanceAsync()
    {
        var by = _store.Tick * _random.Between(1, 3);
        Log($"advance {by}");
        _time.Advance(by);
        await _store.AdvanceAsync(by);
        _time.Observe(await _store.GetServerTimeAsync());
        foreach (var model in _models)
        {
            model.Settle();
        }
    }

    private async Task CompareStatsAsync()
    {
        foreach (var model in _models)
        {
            _time.Observe(await _store.GetServerTimeAsync());
            model.AssertStats(await AnyProcess(model).GetStatsAsync(), Tolerance);
        }
    }

    private async Task CompareDeadLettersAsync()
    {
        foreach (var model in _models)
        {
            await BrowseAsync(model, DeadLetterFilter.All);
        }
    }

    private QueueModel AnyModel() => _models[_random.Chance(75) ? 0 : 1];

    private IQueue AnyProcess(QueueModel model) => _random.Pick(_processes).GetQueue(model.Definition.Name);

    private string NameOf(QueueModel model) => model == _models[0] ? "main" : "next";

    private string Describe() => $"{string.Join('\n', _models.Select(Describe))}\n{_log}";

    private string Describe(QueueModel model)
    {
        var options = model.Definition.Options;
        return $"{NameOf(model)}: MaxDeliveries {options.MaxDeliveries}, Capacity {options.Capacity}, "
            + $"DeadLetterBlocksOrderingKey {options.DeadLetterBlocksOrderingKey}, weights [{string.Join(", ", options.TenantWeights)}]";
    }

    private void Log(string operation) =>
        _log.AppendLine(CultureInfo.InvariantCulture, $"{_time.Operation,3}  {operation}");
}
