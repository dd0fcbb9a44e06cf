using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Queues;
using Pipeline.Workers;
using Xunit;

namespace Pipeline.DependencyInjection;

public sealed class OptionRangeTests
{
    private static readonly TimeSpan Tick = new(1);

    private static readonly (string Setting, Action<QueueOptions> Least, Action<QueueOptions> Greatest, Action<QueueOptions>[] Beyond, string Range)[] QueueSettings =
    [
        ("MaxBodyBytes", o => o.MaxBodyBytes = 1, o => o.MaxBodyBytes = 67_108_864, [o => o.MaxBodyBytes = 0, o => o.MaxBodyBytes = 67_108_865], "1 to 67108864 bytes"),
        ("MaxDeliveries", o => o.MaxDeliveries = 1, o => o.MaxDeliveries = 1_000, [o => o.MaxDeliveries = 0, o => o.MaxDeliveries = 1_001], "1 to 1000"),
        ("DeduplicationWindow", o => o.DeduplicationWindow = TimeSpan.FromSeconds(1), o => o.DeduplicationWindow = TimeSpan.FromDays(7),
            [o => o.DeduplicationWindow = TimeSpan.FromSeconds(1) - Tick, o => o.DeduplicationWindow = TimeSpan.FromDays(7) + Tick], "00:00:01 to 7.00:00:00"),
        ("Capacity", o => o.Capacity = 1, o => o.Capacity = long.MaxValue, [o => o.Capacity = 0, o => o.Capacity = -1], "1 to 9223372036854775807 messages"),
        ("WhenFull", o => o.WhenFull = QueueFullMode.Refuse, o => o.WhenFull = QueueFullMode.Wait, [o => o.WhenFull = (QueueFullMode)2], "one of Refuse, Wait"),
        ("TenantWeights:acme", o => o.TenantWeights["acme"] = 1, o => o.TenantWeights["acme"] = 100,
            [o => o.TenantWeights["acme"] = 0, o => o.TenantWeights["acme"] = 101], "1 to 100"),
    ];

    private static readonly (string Setting, Action<QueueWorkerOptions> Least, Action<QueueWorkerOptions> Greatest, Action<QueueWorkerOptions>[] Beyond, string Range)[]
        WorkerSettings =
    [
        ("Concurrency", o => o.Concurrency = 1, o => o.Concurrency = 1_000, [o => o.Concurrency = 0, o => o.Concurrency = 1_001], "1 to 1000"),
        ("Prefetch", o => o.Prefetch = 0, o => o.Prefetch = 1_000, [o => o.Prefetch = -1, o => o.Prefetch = 1_001], "0 to 1000"),
        ("Lease", o => o.Lease = TimeSpan.FromSeconds(1), o => o.Lease = TimeSpan.FromHours(12),
            [o => o.Lease = TimeSpan.FromSeconds(1) - Tick, o => o.Lease = TimeSpan.FromHours(12) + Tick], "00:00:01 to 12:00:00"),
        ("HandlerTimeout", o => o.HandlerTimeout = TimeSpan.FromMilliseconds(1), o => o.HandlerTimeout = TimeSpan.FromDays(49),
            [o => o.HandlerTimeout = TimeSpan.Zero, o => o.HandlerTimeout = TimeSpan.FromDays(49) + Tick], "00:00:00.0010000 to 49.00:00:00"),
        ("MaxRateLimitWait", o => o.MaxRateLimitWait = TimeSpan.Zero, o => o.MaxRateLimitWait = TimeSpan.FromHours(12),
            [o => o.MaxRateLimitWait = -Tick, o => o.MaxRateLimitWait = TimeSpan.FromHours(12) + Tick], "00:00:00 to 12:00:00"),
        ("RetryDelay", o => o.RetryDelay = TimeSpan.Zero, o => o.RetryDelay = o.MaxRetryDelay = TimeSpan.FromDays(366),
            [o => o.RetryDelay = -Tick, o => o.RetryDelay = TimeSpan.FromDays(366) + Tick], "00:00:00 to 366.00:00:00"),
        ("MaxRetryDelay", o => o.RetryDelay = o.MaxRetryDelay = TimeSpan.Zero, o => o.MaxRetryDelay = TimeSpan.FromDays(366),
            [o => o.MaxRetryDelay = -Tick, o => o.MaxRetryDelay = TimeSpan.FromDays(366) + Tick], "00:00:00 to 366.00:00:00"),
        ("RetrySchedule:1", o => o.RetrySchedule = [Tick, TimeSpan.Zero], o => o.RetrySchedule = [Tick, TimeSpan.FromDays(366)],
            [o => o.RetrySchedule = [Tick, -Tick], o => o.RetrySchedule = [Tick, TimeSpan.FromDays(366) + Tick]], "00:00:00 to 366.00:00:00"),
        ("DrainTimeout", o => o.DrainTimeout = TimeSpan.Zero, o => o.DrainTimeout = TimeSpan.FromHours(1),
            [o => o.DrainTimeout = -Tick, o => o.DrainTimeout = TimeSpan.FromHours(1) + Tick], "00:00:00 to 01:00:00"),
    ];

    public static TheoryData<string> QueueNames => [.. QueueSettings.Select(setting => setting.Setting)];

    public static TheoryData<string> WorkerNames => [.. WorkerSettings.Select(setting => setting.Setting)];

    [Theory]
    [MemberData(nameof(QueueNames))]
    public void A_queues_setting_is_taken_up_to_its_bounds_and_refused_beyond_them(string name)
    {
        var setting = Array.Find(QueueSettings, s => s.Setting == name);
        Check(
            "Queue 'documents'", setting.Setting, setting.Range, [setting.Least, setting.Greatest], setting.Beyond,
            (builder, configure) => builder.AddQueue("documents", configure));
    }

    [Theory]
    [MemberData(nameof(WorkerNames))]
    public void A_workers_setting_is_taken_up_to_its_bounds_and_refused_beyond_them(string name)
    {
        var setting = Array.Find(WorkerSettings, s => s.Setting == name);
        Check("Worker 'documents'", setting.Setting, setting.Range, [setting.Least, setting.Greatest], setting.Beyond, DeclareWorker);
    }

    [Fact]
    public void No_setting_is_left_out_above()
    {
        QueueSettings.Select(s => s.Setting.Split(':')[0]).Should().Contain(Settings(typeof(QueueOptions), but: "DeadLetterBlocksOrderingKey"));
        WorkerSettings.Select(s => s.Setting.Split(':')[0]).Should().Contain(Settings(typeof(QueueWorkerOptions)));
    }

    [Fact]
    public void A_first_delay_longer_than_the_longest_is_refused()
    {
        Start(DeclareWorker, (QueueWorkerOptions options) => options.MaxRetryDelay = TimeSpan.FromMilliseconds(1)).Should().Throw<OptionsValidationException>()
            .WithMessage("Worker 'documents': RetryDelay is 00:00:01, longer than MaxRetryDelay, 00:00:00.0010000. Lower the one or raise the other.");
    }

    [Fact]
    public void Every_problem_is_named_at_once()
    {
        Start(DeclareWorker, (QueueWorkerOptions options) => (options.Concurrency, options.Prefetch) = (0, -1)).Should().Throw<OptionsValidationException>()
            .Which.Failures.Should().HaveCount(2);
    }

    private static IEnumerable<string> Settings(Type options, params string[] but) =>
        options.GetProperties().Where(property => property.CanWrite).Select(property => property.Name).Except(but, StringComparer.Ordinal);

    private static void DeclareWorker(IPipelineBuilder builder, Action<QueueWorkerOptions> configure)
    {
        builder.Services.AddSingleton(new DelegateHandler((_, _) => default));
        builder.AddQueue("documents").AddWorker<DelegateHandler>("documents", configure);
    }

    private static void Check<TOptions>(
        string owner,
        string setting,
        string range,
        Action<TOptions>[] within,
        Action<TOptions>[] beyond,
        Action<IPipelineBuilder, Action<TOptions>> declare)
    {
        within.Should().AllSatisfy(configure => Start(declare, configure).Should().NotThrow());
        beyond.Should().AllSatisfy(configure =>
            Start(declare, configure).Should().Throw<OptionsValidationException>().WithMessage($"*{owner}: {setting} is *. Give *{range}*"));
    }

    private static Action Start<TOptions>(Action<IPipelineBuilder, Action<TOptions>> declare, Action<TOptions> configure) => () =>
    {
        using var provider = Suite.Build(builder => declare(builder, configure));
        provider.StartPipelineAsync().GetAwaiter().GetResult();
    };
}
