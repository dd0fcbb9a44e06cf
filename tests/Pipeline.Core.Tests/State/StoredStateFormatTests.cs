using System.Text;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Conformance;
using Pipeline.Queues;
using Xunit;

namespace Pipeline.State;

/// <summary>The bytes of <c>docs/formats.md</c>, "Task" and "Idempotency key". One that changes takes a new version.</summary>
public sealed class StoredStateFormatTests
{
    private const string BegunKey =
        """{"format":1,"state":"begun","fingerprint":"3q2-7w","token":1767323045678901,"owner":"0f8fad5b-d9cb-469f-a165-70867728950e","leaseUntil":"2026-01-02T03:05:05.678901+00:00"}""";

    private const string CompletedKey =
        """{"format":1,"state":"completed","fingerprint":"3q2-7w","token":1767323045678901,"owner":"0f8fad5b-d9cb-469f-a165-70867728950e","response":"aGVsbG8="}""";

    private const string PendingTask =
        """{"format":1,"state":"pending","instance":"7c9e6679-7425-40de-944b-e07fc1f90ae7","createdAt":"2026-01-02T03:04:05.678901+00:00","deadline":"2026-01-03T03:04:05.678901+00:00","maxAttempts":5,"retention":"1.00:00:00","attempts":0,"token":0,"progress":0,"isCancellationRequested":false}""";

    private const string ProcessingTask =
        """{"format":1,"state":"processing","instance":"7c9e6679-7425-40de-944b-e07fc1f90ae7","createdAt":"2026-01-02T03:04:05.678901+00:00","deadline":"2026-01-03T03:04:05.678901+00:00","attemptTimeout":"00:10:00","maxAttempts":5,"retention":"1.00:00:00","attempts":2,"token":1767323045678902,"owner":"0f8fad5b-d9cb-469f-a165-70867728950e","startedAt":"2026-01-02T03:05:05.678901+00:00","leaseUntil":"2026-01-02T03:06:05.678901+00:00","progress":0.25,"progressMessage":"a quarter","isCancellationRequested":true,"error":{"type":"LeaseLost","message":"The attempt was not renewed in time."}}""";

    private const string CompletedTask =
        """{"format":1,"state":"completed","instance":"7c9e6679-7425-40de-944b-e07fc1f90ae7","createdAt":"2026-01-02T03:04:05.678901+00:00","deadline":"2026-01-03T03:04:05.678901+00:00","maxAttempts":5,"retention":"1.00:00:00","attempts":1,"token":1767323045678902,"owner":"0f8fad5b-d9cb-469f-a165-70867728950e","startedAt":"2026-01-02T03:05:05.678901+00:00","endedAt":"2026-01-02T03:06:05.678901+00:00","progress":1,"isCancellationRequested":false,"result":"aGVsbG8="}""";

    private static readonly DateTimeOffset Created = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero).AddTicks(9_010);
    private static readonly Guid Owner = Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e");

    private static readonly TaskRecord Pending = new()
    {
        State = TrackedTaskState.Pending,
        Instance = Guid.Parse("7c9e6679-7425-40de-944b-e07fc1f90ae7"),
        CreatedAt = Created,
        Deadline = Created.AddDays(1),
        MaxAttempts = 5,
        Retention = TimeSpan.FromDays(1),
    };

    private static readonly TaskRecord Processing = Pending with
    {
        State = TrackedTaskState.Processing,
        AttemptTimeout = TimeSpan.FromMinutes(10),
        Attempts = 2,
        Token = 1767323045678902,
        Owner = Owner,
        StartedAt = Created.AddMinutes(1),
        LeaseUntil = Created.AddMinutes(2),
        Progress = 0.25,
        ProgressMessage = "a quarter",
        IsCancellationRequested = true,
        Error = TaskError.From(new MessageError("LeaseLost", "The attempt was not renewed in time.")),
    };

    private static readonly TaskRecord Completed = Pending with
    {
        State = TrackedTaskState.Completed,
        Attempts = 1,
        Token = 1767323045678902,
        Owner = Owner,
        StartedAt = Created.AddMinutes(1),
        EndedAt = Created.AddMinutes(2),
        Progress = 1,
        Result = "hello"u8.ToArray(),
    };

    private static readonly IdempotencyRecord Begun = new()
    {
        State = IdempotencyRecordState.Begun, Fingerprint = "3q2-7w", Token = 1767323045678901, Owner = Owner, LeaseUntil = Created.AddMinutes(1),
    };

    [Fact]
    public void Tasks_are_written_as_the_page_says()
    {
        Write(Pending).Should().Be(PendingTask);
        Write(Processing).Should().Be(ProcessingTask);
        Write(Completed).Should().Be(CompletedTask);
    }

    [Fact]
    public void Keys_are_written_as_the_page_says()
    {
        Write(Begun).Should().Be(BegunKey);
        Write(Begun with { State = IdempotencyRecordState.Completed, LeaseUntil = null, Response = "hello"u8.ToArray() }).Should().Be(CompletedKey);
    }

    [Fact]
    public void What_the_page_shows_is_read()
    {
        ReadTask(PendingTask).Should().Be(Pending);
        ReadTask(ProcessingTask).Should().Be(Processing);
        ReadTask(CompletedTask).Should().BeEquivalentTo(Completed);
        ReadKey(BegunKey).Should().Be(Begun);
        ReadKey(CompletedKey).Response!.Value.ToArray().Should().Equal("hello"u8.ToArray());
    }

    [Fact]
    public void What_a_later_writer_of_this_version_adds_is_passed_over() =>
        ReadTask(PendingTask[..^1] + ""","new":{"a":[1]}}""").Should().Be(Pending);

    [Theory]
    [InlineData("""{"format":2,"something":"else"}""", "*format 2*reads 1*")]
    [InlineData("""{"format":0}""", "*format 0*")]
    [InlineData("", "*damaged*")]
    [InlineData("{", "*damaged*")]
    [InlineData("null", "*damaged*")]
    [InlineData("[]", "*damaged*")]
    [InlineData("""{"state":"pending"}""", "*damaged*")]
    [InlineData("""{"format":"1"}""", "*damaged*")]
    [InlineData("""{"format":1}""", "*damaged*")]
    [InlineData("""{"format":1,"state":1,"fingerprint":"a","token":1,"owner":"0f8fad5b-d9cb-469f-a165-70867728950e"}""", "*damaged*")]
    [InlineData("""{"format":99999999999}""", "*damaged*")]
    public void What_cannot_be_read_is_a_clear_error(string stored, string message)
    {
        var task = () => ReadTask(stored);
        var key = () => ReadKey(stored);

        task.Should().Throw<InvalidDataException>().WithMessage("A task" + message);
        key.Should().Throw<InvalidDataException>().WithMessage("An idempotency key" + message);
    }

    [Fact]
    public void A_task_that_was_cut_off_or_in_which_a_byte_was_changed_is_an_error_or_another_task_and_never_a_crash()
    {
        var bytes = Encoding.UTF8.GetBytes(ProcessingTask);
        for (var i = 0; i < bytes.Length; i++)
        {
            Invoking(bytes[..i]).Should().Throw<InvalidDataException>();
            foreach (var change in new byte[] { 1, 0x20, 0x80 })
            {
                var changed = bytes.ToArray();
                changed[i] ^= change;
                var read = Record.Exception(Invoking(changed));
                (read is null or InvalidDataException).Should().BeTrue($"of byte {i} changed by {change} came {read}");
            }
        }

        static Action Invoking(byte[] stored) => () =>
            TaskRules.Settle(StoredStateFormat.Read(stored, StoredStateJson.Default.TaskRecord, "A task"), Created.AddYears(10_000 - 2027)).ToTask("acme", "1");
    }

    [Fact]
    public async Task A_task_of_a_later_version_is_an_error_on_every_path_and_never_overwritten()
    {
        var clock = new ManualTimeProvider();
        var store = new InMemoryStateStore(clock);
        var tracker = new StateTaskTracker(store, clock);
        var key = StateKey.Of(StateTaskTracker.DefaultSpace, "acme", "1");
        await tracker.CreateAsync("acme", "1", new TrackedTaskOptions { Timeout = TimeSpan.FromMinutes(2), Retention = TimeSpan.FromDays(1) });
        var lease = (await tracker.StartAsync("acme", "1", TimeSpan.FromSeconds(1))).Lease!;
        var version = (await store.GetAsync(key))!.Value.Version;
        await store.CompareAndSetAsync(key, """{"format":2}"""u8.ToArray(), version);

        Func<Task>[] calls =
        [
            async () => await tracker.GetAsync("acme", "1"), async () => await tracker.CreateAsync("acme", "1"),
            async () => await tracker.StartAsync("acme", "1", TimeSpan.FromSeconds(1)), async () => await tracker.CancelAsync("acme", "1"),
            async () => await tracker.CompleteAsync(lease, default),
            async () => await tracker.WatchAsync("acme", "1").GetAsyncEnumerator().MoveNextAsync(),
        ];
        foreach (var call in calls)
        {
            await call.Should().ThrowAsync<InvalidDataException>();
        }

        (await store.GetAsync(key))!.Value.Value.ToArray().Should().Equal("""{"format":2}"""u8.ToArray());
    }

    [Fact]
    public async Task The_reaper_passes_over_what_it_cannot_read_and_comes_back_to_it()
    {
        var clock = new ManualTimeProvider();
        var store = new InMemoryStateStore(clock);
        var tracker = new StateTaskTracker(store, clock, NullLogger<StateTaskTracker>.Instance);
        foreach (var id in new[] { "1", "2" })
        {
            await tracker.CreateAsync("acme", id);
            await tracker.StartAsync("acme", id, TimeSpan.FromSeconds(1));
        }

        var key = StateKey.Of(StateTaskTracker.DefaultSpace, "acme", "1");
        var readable = (await store.GetAsync(key))!.Value;
        var unreadable = await store.CompareAndSetAsync(key, """{"format":2}"""u8.ToArray(), readable.Version);
        clock.Advance(TimeSpan.FromSeconds(2));

        (await tracker.ReapAsync()).Changed.Should().ContainSingle().Which.Id.Should().Be("2");
        (await tracker.ReapAsync()).Changed.Should().BeEmpty();

        await store.CompareAndSetAsync(key, readable.Value, unreadable.Version);
        clock.Advance(TimeSpan.FromMinutes(1));
        (await tracker.ReapAsync()).Changed.Should().ContainSingle().Which.Id.Should().Be("1");
    }

    private static string Write(TaskRecord task) => Encoding.UTF8.GetString(StoredStateFormat.Write(task, StoredStateJson.Default.TaskRecord));

    private static string Write(IdempotencyRecord key) => Encoding.UTF8.GetString(StoredStateFormat.Write(key, StoredStateJson.Default.IdempotencyRecord));

    private static TaskRecord ReadTask(string stored) =>
        StoredStateFormat.Read(Encoding.UTF8.GetBytes(stored), StoredStateJson.Default.TaskRecord, "A task");

    private static IdempotencyRecord ReadKey(string stored) =>
        StoredStateFormat.Read(Encoding.UTF8.GetBytes(stored), StoredStateJson.Default.IdempotencyRecord, "An idempotency key");
}
