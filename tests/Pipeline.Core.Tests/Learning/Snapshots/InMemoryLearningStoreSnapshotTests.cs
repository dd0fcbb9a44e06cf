using System.Diagnostics.Metrics;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Conformance;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Learning;

public sealed class InMemoryLearningStoreSnapshotTests : IDisposable
{
    private static readonly LearningFilter All = new() { Tenant = "acme" };

    private readonly SnapshotFolder _folder = new();
    private readonly ManualTimeProvider _clock = new(SnapshotSamples.Time);
    private readonly RecordingLogger _logs = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    private IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public void Dispose()
    {
        _folder.Dispose();
        _logs.Dispose();
        _services.Dispose();
    }

    [Fact]
    public async Task Without_an_interval_the_file_is_written_when_asked_and_at_the_end_only()
    {
        var store = Open();
        await store.RecordAsync(SnapshotSamples.Plain);
        _clock.Advance(TimeSpan.FromDays(30));
        File.Exists(_folder.Path).Should().BeFalse();

        await ((ILearningStore)store).GetCapability<ILearningSnapshots>()!.SaveAsync();
        File.Exists(_folder.Path).Should().BeTrue();
        Read().Should().Be(1);

        await store.RecordAsync(SnapshotSamples.Full);
        await store.DisposeAsync();
        Read().Should().Be(2);
    }

    [Fact]
    public async Task At_an_interval_it_is_written_if_anything_has_changed()
    {
        using var measurements = new MeasurementCollector(Meters);
        await using var store = Open(TimeSpan.FromMinutes(5));

        await store.RecordAsync(SnapshotSamples.Plain);
        _clock.Advance(TimeSpan.FromMinutes(5));
        await measurements.CountReachedAsync("pipeline.learning.snapshot.duration", 1);
        Read().Should().Be(1);

        // Nothing has changed at the second tick; at the third, something has.
        _clock.Advance(TimeSpan.FromMinutes(5));
        await store.RecordAsync(SnapshotSamples.Full);
        _clock.Advance(TimeSpan.FromMinutes(5));
        await measurements.CountReachedAsync("pipeline.learning.snapshot.duration", 2);
        Read().Should().Be(2);
        measurements.Of("pipeline.learning.snapshot.duration").Should().OnlyContain(one => one.Tags == "pipeline.outcome=succeeded");
    }

    [Theory]
    [InlineData("record")]
    [InlineData("report")]
    [InlineData("forget")]
    [InlineData("forget embeddings")]
    [InlineData("expire")]
    public async Task Each_kind_of_change_is_written(string change)
    {
        await using var store = Open();
        var id = await store.RecordAsync(SnapshotSamples.Full with { ValidUntil = _clock.GetUtcNow().AddHours(1), Embedding = new LearningEmbedding("small", new float[] { 1, 0 }) });
        await SaveAsync(store);
        var first = await File.ReadAllBytesAsync(_folder.Path);
        await SaveAsync(store);
        File.Exists(_folder.Backup).Should().BeFalse("nothing has changed in between");

        await (change switch
        {
            "record" => store.RecordAsync(SnapshotSamples.Plain).AsTask(),
            "report" => store.ReportOutcomeAsync(Report(id, "f", LearningOutcome.Worse)).AsTask(),
            "forget" => store.ForgetAsync(All).AsTask(),
            "forget embeddings" => store.ForgetEmbeddingsAsync("acme", "small").AsTask(),
            _ => ExpireAsync(store),
        });
        await SaveAsync(store);

        (await File.ReadAllBytesAsync(_folder.Path)).Should().NotEqual(first);
        (await File.ReadAllBytesAsync(_folder.Backup)).Should().Equal(first);
    }

    [Fact]
    public async Task A_last_snapshot_that_fails_is_logged_and_counted_and_the_host_ends()
    {
        using var measurements = new MeasurementCollector(Meters);
        var store = Open();
        await store.RecordAsync(SnapshotSamples.Plain);
        await SaveAsync(store);
        Directory.CreateDirectory(_folder.Backup);
        await store.RecordAsync(SnapshotSamples.Full);

        await store.DisposeAsync();

        _logs.Entries.Should().Contain(entry => entry.Id == 6021 && entry.Text.Contains(_folder.Path));
        measurements.Of("pipeline.learning.snapshot.duration").Last().Tags.Should().Be("pipeline.outcome=failed");
        Read().Should().Be(1);
    }

    [Fact]
    public async Task A_snapshot_that_was_asked_for_and_fails_throws_and_can_be_repeated()
    {
        await using var store = Open();
        await store.RecordAsync(SnapshotSamples.Plain);
        await SaveAsync(store);
        Directory.CreateDirectory(_folder.Backup);
        await store.RecordAsync(SnapshotSamples.Full);

        await FluentActions.Awaiting(() => SaveAsync(store)).Should().ThrowAsync<Exception>();
        Directory.Delete(_folder.Backup);
        await SaveAsync(store);

        Read().Should().Be(2);
    }

    [Fact]
    public async Task After_its_end_a_store_writes_no_more_and_gives_its_file_free()
    {
        var store = Open();
        var snapshots = ((ILearningStore)store).GetCapability<ILearningSnapshots>()!;
        store.Dispose();
        await store.DisposeAsync();

        await FluentActions.Awaiting(() => snapshots.SaveAsync().AsTask()).Should().ThrowAsync<ObjectDisposedException>();
        await using var next = Open();
    }

    [Fact]
    public async Task Two_stores_cannot_have_one_file()
    {
        await using var store = Open();
        var act = () => Open();

        act.Should().Throw<IOException>().WithMessage($"*'{_folder.Path}'*");
    }

    [Fact]
    public async Task A_store_without_a_file_has_no_snapshots()
    {
        await using var store = new InMemoryLearningStore(_clock);

        ((ILearningStore)store).GetCapability<ILearningSnapshots>().Should().BeNull();
    }

    [Fact]
    public async Task Snapshots_while_others_write_and_forget_are_whole()
    {
        var store = Open();
        await store.RecordAsync(SnapshotSamples.Plain with { Tenant = "other" });
        var writing = true;

        await SideBySide.RunAsync(3, async caller =>
        {
            if (caller > 0)
            {
                while (Volatile.Read(ref writing))
                {
                    await SaveAsync(store);
                    Read();
                }

                return;
            }

            for (var i = 0; i < 300; i++)
            {
                var id = await store.RecordAsync(SnapshotSamples.Plain with { RunId = $"{i}", Embedding = new LearningEmbedding("small", new float[] { 1, i }) });
                await store.ReportOutcomeAsync(Report(id, "f", LearningOutcome.Improved));
                await store.ForgetAsync(All with { RunId = $"{i - 5}" });
            }

            Volatile.Write(ref writing, false);
        });

        await store.DisposeAsync();
        Read().Should().Be(6);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(86_401)]
    public void An_interval_out_of_range_is_refused(int seconds)
    {
        var act = () => Open(TimeSpan.FromSeconds(seconds));

        act.Should().Throw<ArgumentOutOfRangeException>().Which.ParamName.Should().Be("snapshotInterval");
    }

    [Fact]
    public void An_empty_path_is_refused()
    {
        var act = () => new InMemoryLearningStore("");

        act.Should().Throw<ArgumentException>().Which.ParamName.Should().Be("snapshotPath");
    }

    private static OutcomeReport Report(LearningId id, string followUp, LearningOutcome outcome) =>
        new() { Tenant = "acme", LearningId = id, FollowUpId = followUp, Outcome = outcome };

    private static Task SaveAsync(ILearningStore store) => store.GetCapability<ILearningSnapshots>()!.SaveAsync().AsTask();

    private async Task ExpireAsync(InMemoryLearningStore store)
    {
        _clock.Advance(TimeSpan.FromHours(1));
        await store.ExpireAsync();
    }

    private InMemoryLearningStore Open(TimeSpan? interval = null) => new(_folder.Path, interval, _clock, _logs, new LearningMetrics(Meters));

    /// <summary>How many learnings the file holds.</summary>
    private int Read() => new SnapshotFile(_folder.Path).Read()!.Sum(tenant => tenant.Learnings.Count);
}
