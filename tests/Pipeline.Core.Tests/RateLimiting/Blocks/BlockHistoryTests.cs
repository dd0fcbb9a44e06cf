using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Conformance.RateLimiting.Admissions;
using Pipeline.Conformance.RateLimiting.FaultInjection;
using Xunit;

namespace Pipeline.RateLimiting;

/// <summary>Generated histories of eight processes on one backend: costs, pauses, borders of windows, answers that are late, calls that fail, judged by what was admitted.</summary>
public sealed class BlockHistoryTests
{
    private const int TimeLimit = 180_000;
    private const int Processes = 8;
    private const int Operations = 400;

    private static readonly RateLimitDimension Hot = new(BlockHost.Key, RateLimitRule.FixedWindow(1_000, TimeSpan.FromSeconds(20)));

    public static TheoryData<int> Seeds { get; } = [.. Enumerable.Range(1, 60)];

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(Seeds))]
    public async Task No_window_admits_more_than_its_limit_and_all_of_it_in_the_end(int seed)
    {
        await using var history = new History(seed);
        for (var i = 0; i < Operations; i++)
        {
            await history.GoOnAsync(fails: false);
        }

        await history.ExhaustAsync();

        AdmissionChecker.Check(history.Admissions).Should().BeEmpty();
        history.AdmittedInThisWindow.Should().Be(Hot.Rule.Limit, "whatever lay in a process has come back");
        history.Host.Backend.Leases.Should().BeGreaterThan(50);
        history.Host.Logs.Entries.Should().BeEmpty();
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(Seeds))]
    public async Task No_window_admits_more_than_its_limit_though_leases_and_settlements_fail(int seed)
    {
        await using var history = new History(seed);
        for (var i = 0; i < Operations; i++)
        {
            await history.GoOnAsync(fails: true);
        }

        AdmissionChecker.Check(history.Admissions).Should().BeEmpty();
        history.Host.Backend.Leases.Should().BeGreaterThan(50);
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(Seeds))]
    public async Task Of_one_process_no_more_is_admitted_after_a_reset_than_the_limit(int seed)
    {
        var random = new Random(seed);
        using var host = new BlockHost(blockSize: 10);
        for (var round = 0; round < 20; round++)
        {
            var answers = random.Next(2) == 0 ? host.HoldAnswers(RateLimiterCall.Acquire).Open : null;
            var before = Enumerable.Range(0, random.Next(10, 200)).Select(_ => host.Limiter.AcquireAsync(Hot.WithCost(random.Next(1, 11))).AsTask()).ToArray();
            var resetting = host.Limiter.ResetAsync(BlockHost.Key, Hot.Rule).AsTask();
            answers?.SetResult();
            await resetting;
            host.Backend.After = static _ => Task.CompletedTask;

            var after = 0L;
            while (await host.Limiter.AcquireAsync(Hot) is { IsGranted: true })
            {
                after++;
            }

            var charged = (await Task.WhenAll(before)).Count(one => one.IsGranted);
            charged.Should().BePositive();
            after.Should().BeLessThanOrEqualTo(Hot.Rule.Limit);
            host.Clock.Advance(Hot.Rule.Window);
        }
    }

    private sealed class History(int seed) : IAsyncDisposable
    {
        private readonly Random _random = new(seed);
        private readonly Random _faults = new(-seed);
        private readonly List<BlockRateLimiter> _limiters = [];
        private int _order;

        public BlockHost Host { get; } = new(blockSize: 10);

        public List<Admission> Admissions { get; } = [];

        public long AdmittedInThisWindow => Admissions.Where(one => one.UtcEnded >= Hot.Rule.GetWindowAt(Host.Clock.GetUtcNow()).Start).Sum(one => one.Amount);

        public async Task GoOnAsync(bool fails)
        {
            while (_limiters.Count < Processes)
            {
                _limiters.Add(Host.Open());
            }

            if (fails)
            {
                Host.Backend.Before = _ => FailSometimes();
            }

            // Answers that come late come all at once, so that every call has ended before the clock goes on.
            var answers = _random.Next(4) == 0 ? Host.HoldAnswers(_random.Next(2) == 0 ? RateLimiterCall.Acquire : RateLimiterCall.Settle).Open : null;
            var acquiring = Enumerable.Range(0, _random.Next(1, 60)).Select(_ => AcquireAsync()).ToArray();
            if (answers is not null)
            {
                Pass();
                answers.SetResult();
            }

            await Task.WhenAll(acquiring);
            Host.Backend.After = fails ? _ => FailSometimes() : static _ => Task.CompletedTask;
            Pass();
        }

        /// <summary>Has all processes take what they can get of a window, and give back what is left by being idle, until nothing more comes.</summary>
        public async Task ExhaustAsync()
        {
            Host.Clock.Advance(Hot.Rule.GetWindowAt(Host.Clock.GetUtcNow()).End - Host.Clock.GetUtcNow());
            Host.Backend.After = static _ => Task.CompletedTask;
            for (var (before, now) = (-1L, 0L); now > before; (before, now) = (now, AdmittedInThisWindow))
            {
                for (var call = 0; call < Hot.Rule.Limit; call++)
                {
                    await AcquireAsync(mostCost: 1);
                }

                Host.Clock.Advance(TimeSpan.FromSeconds(2));
            }
        }

        public async ValueTask DisposeAsync()
        {
            Host.Backend.Before = Host.Backend.After = static _ => Task.CompletedTask;
            foreach (var limiter in _limiters)
            {
                await limiter.DisposeAsync();
            }

            Host.Dispose();
        }

        private void Pass()
        {
            var milliseconds = _random.Next(10) switch
            {
                < 4 => _random.Next(3),
                < 8 => _random.Next(300),
                < 9 => _random.Next(3_000),
                _ => (int)(Hot.Rule.GetWindowAt(Host.Clock.GetUtcNow()).End - Host.Clock.GetUtcNow()).TotalMilliseconds - _random.Next(3),
            };
            Host.Clock.Advance(TimeSpan.FromMilliseconds(Math.Max(0, milliseconds)));
        }

        private async Task AcquireAsync(int mostCost = 12)
        {
            // A few of the processes are busy, so that their keys are hot.
            var limiter = _limiters[_random.Next(3) == 0 ? _random.Next(Processes) : _random.Next(2)];
            var (cost, began, order) = (_random.Next(1, mostCost + 1), Host.Clock.GetUtcNow(), Interlocked.Increment(ref _order));
            try
            {
                if ((await limiter.AcquireAsync(Hot.WithCost(cost))).IsGranted)
                {
                    Add(cost, began, order, Host.Clock.GetUtcNow());
                }
            }
            catch (BackendUnavailableException)
            {
                // Whoever gets no answer admits nothing.
            }
        }

        private void Add(long cost, DateTimeOffset began, int order, DateTimeOffset ended)
        {
            lock (Admissions)
            {
                Admissions.Add(new()
                {
                    Key = BlockHost.Key,
                    Rule = Hot.Rule,
                    Amount = cost,
                    Began = began - DateTimeOffset.UnixEpoch,
                    Ended = ended - DateTimeOffset.UnixEpoch,
                    UtcBegan = began,
                    UtcEnded = ended,
                    OrderBegan = order,
                    OrderEnded = Interlocked.Increment(ref _order),
                });
            }
        }

        private Task FailSometimes()
        {
            lock (_faults)
            {
                return _faults.Next(20) == 0 ? Task.FromException(new BackendUnavailableException("Memory", "call")) : Task.CompletedTask;
            }
        }
    }
}
