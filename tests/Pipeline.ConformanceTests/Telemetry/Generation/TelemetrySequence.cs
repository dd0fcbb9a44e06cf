using System.Globalization;
using System.Text;
using Pipeline.Backends;
using Pipeline.Conformance.Telemetry.FaultInjection;
using Pipeline.Telemetry;
using Xunit.Sdk;

namespace Pipeline.Conformance.Telemetry.Generation;

/// <summary>
/// Runs one generated sequence of operations (calls, corrections, repeats, failing writes, records that are refused, erasures) and compares reports by
/// every grouping with those of the model.
/// </summary>
internal sealed class TelemetrySequence
{
    private static readonly string?[] Models = [null, "large", "small"];
    private static readonly string[] Steps = ["answer", "embed", "Answer"];

    private readonly ICapabilityProvider _target;
    private readonly TelemetryStoreFaults? _faults;
    private readonly Func<TelemetryRecord[], Task> _write;
    private readonly SeededRandom _random;
    private readonly TelemetryModel _model = new();
    private readonly StringBuilder _log = new();
    private readonly string[] _tenants;
    private readonly DateTimeOffset _start;
    private int _operation;

    private TelemetrySequence(ICapabilityProvider target, TelemetryStoreFaults? faults, Func<TelemetryRecord[], Task> write, ulong seed)
    {
        _target = target;
        _faults = faults;
        _write = write;
        _random = new SeededRandom(seed);

        // A day of its own, so that what another sequence wrote is in no answer.
        _start = TelemetrySamples.Noon.AddDays(seed % 100_000);
        _tenants = [.. Enumerable.Range(0, 3).Select(i => $"t{i}-{Guid.NewGuid():N}")];
    }

    /// <summary>Runs one sequence.</summary>
    public static async Task RunAsync(
        ICapabilityProvider target, TelemetryStoreFaults? faults, Func<TelemetryRecord[], Task> write, ulong seed, int operations)
    {
        var sequence = new TelemetrySequence(target, faults, write, seed);
        try
        {
            for (sequence._operation = 1; sequence._operation <= operations; sequence._operation++)
            {
                await sequence.NextAsync();
                await sequence.CompareAsync();
            }

            await sequence.EraseAsync();
        }
        catch (Exception failure)
        {
            var problem = failure is XunitException ? failure.Message : $"{failure.GetType().Name}: {failure.Message}";
            throw new XunitException($"Seed {seed}, operation {sequence._operation}: {problem}\n{sequence._log}", failure);
        }
    }

    /// <summary>Makes room for the next sequence.</summary>
    private async Task EraseAsync()
    {
        foreach (var tenant in _tenants)
        {
            await (_target.GetCapability<ITelemetryErasure>()?.ForgetTenantAsync(tenant) ?? default);
        }
    }

    private async Task NextAsync()
    {
        if (_faults is not null && _random.Chance(20))
        {
            Log("a write fails");
            var times = _random.Between(1, 3);
            (_random.Chance(50) ? _faults.FailBefore : (Action<TelemetryStoreCall, int, Exception?>)_faults.FailAfter)(TelemetryStoreCall.Write, times, null);
        }

        if (_random.Chance(4) && _target.GetCapability<ITelemetryErasure>() is { } erasure)
        {
            var tenant = _random.Pick(_tenants);
            Log($"erase {tenant}");
            var (expected, erased) = (_model.Forget(tenant), await erasure.ForgetTenantAsync(tenant));
            Ensure.That(erased == expected, $"{erased} records were erased instead of {expected}.");
        }

        var records = Enumerable.Range(0, _random.Between(1, 12)).Select(_ => NextRecord()).ToArray();
        Log($"write {records.Length}");
        foreach (var record in records)
        {
            if (_faults is not null && _random.Chance(5) && _model.Records.All(known => known.Id != record.Id) && records.Count(one => one.Id == record.Id) == 1)
            {
                Log($"refused is {record.Id}");
                _faults.Poison(record.Id);
            }
            else
            {
                _model.Add(record);
            }
        }

        await _write(records);
    }

    private async Task CompareAsync()
    {
        var reader = _target.GetCapability<ITelemetryReader>()!;
        var query = NextQuery();
        var report = await reader.SummarizeAsync(query);
        var expected = _model.Summarize(query);
        Compare(query.ToString(), expected, [.. report.Rows.Select(TelemetryModel.TextOf)]);

        List<TelemetryRecord> read = [];
        await foreach (var record in reader.ReadAsync(query))
        {
            read.Add(record);
        }

        var isOrdered = read.Zip(read.Skip(1)).All(pair => pair.First.Time >= pair.Second.Time);
        Ensure.That(isOrdered, "The records are not newest first.");
        var wanted = _model.Select(query).ToHashSet();
        Ensure.That(wanted.SetEquals(read) && wanted.Count == read.Count, $"{read.Count} records were read instead of {wanted.Count}, or others.");
    }

    private static void Compare(string query, IReadOnlyList<string> expected, IReadOnlyList<string> actual) => Ensure.That(
        expected.SequenceEqual(actual),
        $"{query}\nexpected:\n{string.Join('\n', expected)}\nreported:\n{string.Join('\n', actual)}");

    private TelemetryRecord NextRecord()
    {
        if (_model.Records.Count > 0 && _random.Chance(10))
        {
            return _random.Pick(_model.Records);
        }

        var record = new TelemetryRecord
        {
            Id = Guid.NewGuid(),
            Time = _start.AddMicroseconds(_random.Next(7_200_000) * 1_000d),
            Duration = TimeSpan.FromTicks(_random.Next(50) * 10L),
            Step = _random.Pick(Steps),
            Tenant = _random.Pick(_tenants),
            Model = _random.Pick(Models),
            RequestId = _random.Chance(50) ? $"r-{_random.Next(5)}" : null,
            Outcome = (CallOutcome)_random.Next(6),
            Cache = (CacheOutcome)_random.Next(7),
            Usage = new TokenUsage { UncachedInput = _random.Next(1_000), CachedInput = _random.Next(9), Output = _random.Next(int.MaxValue) },
            Cost = _random.Chance(15) ? null : NextAmount(),
            CostAvoided = _random.Chance(50) ? NextAmount() : 0,
            Lane = _random.Chance(70) ? TelemetryLane.Accounting : TelemetryLane.Diagnostic,
        };
        return _model.Records.Count > 0 && _random.Chance(20) ? Correct(record) : record;
    }

    private TelemetryRecord Correct(in TelemetryRecord record)
    {
        var corrected = _random.Pick(_model.Records);
        return record with
        {
            CorrectionOf = corrected.CorrectionOf ?? corrected.Id,
            Step = corrected.Step,
            Tenant = corrected.Tenant,
            Model = corrected.Model,
            Cost = _random.Chance(50) ? -NextAmount() : NextAmount(),
            CostAvoided = -NextAmount(),
        };
    }

    private decimal NextAmount()
    {
        var scale = (byte)_random.Between(0, TelemetryRecord.MaxCostDecimals);
        return new decimal(_random.Next(int.MaxValue), 0, 0, isNegative: false, scale) % TelemetryRecord.MaxCost;
    }

    private TelemetryQuery NextQuery()
    {
        var from = _start.AddMinutes(_random.Next(90));
        var to = from.AddMinutes(1 + _random.Next(120));

        (from, to) = (_random.Chance(50) ? _start : from, _random.Chance(50) ? _start.AddHours(12) : to);
        var query = _random.Chance(50) ? TelemetryQuery.ForTenant(_random.Pick(_tenants), from, to) : TelemetryQuery.AcrossTenants(from, to);
        return query with
        {
            Step = _random.Chance(20) ? _random.Pick(Steps) : null,
            Model = _random.Chance(20) ? "large" : null,
            RequestId = _random.Chance(10) ? "r-1" : null,
            GroupBy = (TelemetryGrouping)_random.Next(8),
            Interval = _random.Chance(40) ? TimeSpan.FromSeconds(_random.Between(1, 5_000)) : null,
        };
    }

    private void Log(string operation) => _log.AppendLine(CultureInfo.InvariantCulture, $"{_operation,3}  {operation}");
}
