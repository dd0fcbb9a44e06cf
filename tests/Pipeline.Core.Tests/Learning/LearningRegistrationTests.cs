using FluentAssertions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.DependencyInjection;
using Xunit;

namespace Pipeline.Learning;

public sealed class LearningRegistrationTests : IDisposable
{
    private readonly SnapshotFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task A_bare_collection_has_a_store()
    {
        await using var provider = Suite.Build(_ => { });
        await provider.StartPipelineAsync();
        var store = provider.GetRequiredService<ILearningStore>();

        var id = await store.RecordAsync(SnapshotSamples.Plain);

        (await provider.GetRequiredService<ILearningStore>().GetAsync("acme", id)).Should().NotBeNull();
        store.GetCapability<ILearningSnapshots>().Should().BeNull("no file was asked for");
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task Each_suite_learns_by_itself()
    {
        var services = new ServiceCollection();
        services.AddPipeline();
        services.AddPipeline("red");
        await using var provider = services.BuildServiceProvider();

        var id = await provider.GetRequiredService<ILearningStore>().RecordAsync(SnapshotSamples.Plain);

        (await provider.GetRequiredKeyedService<ILearningStore>("red").GetAsync("acme", id)).Should().BeNull();
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task A_suite_takes_the_generator_of_its_name_before_the_unnamed_one()
    {
        var (named, unnamed) = (new FakeEmbeddingGenerator(), new FakeEmbeddingGenerator());
        var services = new ServiceCollection();
        services.AddKeyedSingleton<IEmbeddingGenerator<string, Embedding<float>>>("red", named);
        services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(unnamed);
        services.AddPipeline("red");
        services.AddPipeline("blue");
        await using var provider = services.BuildServiceProvider();

        await provider.GetRequiredKeyedService<ILearningStore>("red").RecordAsync(SnapshotSamples.Plain);
        (named.Calls.Count, unnamed.Calls.Count).Should().Be((1, 0));

        await provider.GetRequiredKeyedService<ILearningStore>("blue").RecordAsync(SnapshotSamples.Plain);
        (named.Calls.Count, unnamed.Calls.Count).Should().Be((1, 1));
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task What_was_learned_is_there_when_the_application_starts_again()
    {
        await using (var provider = Suite.Build(_ => { }, Suite.Configure("Learning:SnapshotPath", _folder.Path)))
        {
            await provider.GetRequiredService<ILearningStore>().RecordAsync(SnapshotSamples.Full);
        }

        using var again = Suite.Build(builder => builder.ConfigureLearning(options => options.SnapshotPath = _folder.Path));
        await again.StartPipelineAsync();

        (await again.GetRequiredService<ILearningStore>().QueryAsync(new LearningFilter { Tenant = "acme" })).Items.Should().ContainSingle();
        again.GetRequiredService<ILearningStore>().GetCapability<ILearningSnapshots>()!.Path.Should().Be(_folder.Path);
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task A_damaged_file_stops_the_start_and_is_left_alone()
    {
        await File.WriteAllTextAsync(_folder.Path, "damaged");
        await using var provider = Suite.Build(_ => { }, Suite.Configure("Learning:SnapshotPath", _folder.Path));

        await FluentActions.Awaiting(() => provider.StartPipelineAsync()).Should().ThrowAsync<InvalidDataException>().WithMessage($"*'{_folder.Path}'*");

        (await File.ReadAllTextAsync(_folder.Path)).Should().Be("damaged");
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task A_file_for_learnings_that_a_backend_keeps_stops_the_start()
    {
        await using var provider = Suite.Build(
            builder => builder.SetRole<ILearningStore>("UseOther", _ => new InMemoryLearningStore()), Suite.Configure("Learning:SnapshotPath", _folder.Path));

        await FluentActions.Awaiting(() => provider.StartPipelineAsync()).Should().ThrowAsync<InvalidOperationException>().WithMessage("Learning:SnapshotPath is given*Remove the setting*");
    }

    [Theory]
    [InlineData("SnapshotPath", "", "SnapshotPath is empty*")]
    [InlineData("SnapshotPath", "folder/", "SnapshotPath ends as the path of a folder does*")]
    [InlineData("SnapshotInterval", "00:05:00", "SnapshotInterval is given, but SnapshotPath is not*")]
    [InlineData("RecallBudget", "00:00:00", "RecallBudget is 00:00:00. Give a value from 00:00:00.0010000 to 00:01:00*")]
    [InlineData("RecallBudget", "00:01:00.001", "RecallBudget*Give*")]
    [InlineData("EmbeddingBudget", "00:00:00", "EmbeddingBudget*Give*")]
    [InlineData("EmbeddingBudget", "00:01:00.001", "EmbeddingBudget*Give*")]
    [InlineData("RecordBudget", "-00:00:01", "RecordBudget*Give*")]
    [InlineData("RecordBudget", "00:01:00.001", "RecordBudget*Give*")]
    public void A_setting_out_of_range_stops_the_start(string setting, string value, string problem) =>
        Starting(setting, value).Should().Throw<OptionsValidationException>().WithMessage($"*Learning: {problem}");

    [Theory]
    [InlineData("RecallBudget", "00:00:00.001")]
    [InlineData("RecallBudget", "00:01:00")]
    [InlineData("EmbeddingBudget", "00:00:00.001")]
    [InlineData("EmbeddingBudget", "00:01:00")]
    [InlineData("RecordBudget", "00:00:00")]
    [InlineData("RecordBudget", "00:01:00")]
    public void A_setting_at_its_bounds_is_taken(string setting, string value) => Starting(setting, value).Should().NotThrow();

    [Theory]
    [InlineData("00:00:01", true)]
    [InlineData("1.00:00:00", true)]
    [InlineData("00:00:00.999", false)]
    [InlineData("1.00:00:01", false)]
    public void An_interval_has_its_bounds(string interval, bool isTaken)
    {
        var configuration = Suite.ConfigureJson($$"""{ "Learning": { "SnapshotPath": "{{_folder.Path}}", "SnapshotInterval": "{{interval}}" } }""");
        var act = () =>
        {
            using var provider = Suite.Build(_ => { }, configuration);
            provider.StartPipelineAsync().GetAwaiter().GetResult();
        };

        if (isTaken)
        {
            act.Should().NotThrow();
        }
        else
        {
            act.Should().Throw<OptionsValidationException>().WithMessage("*SnapshotInterval is*");
        }
    }

    [Fact]
    public void A_setting_that_does_not_exist_stops_the_start() =>
        Starting("SnapshotFolder", "x").Should().Throw<InvalidOperationException>().WithMessage("*SnapshotFolder*");

    private static Action Starting(string setting, string value) => () =>
    {
        using var provider = Suite.Build(_ => { }, Suite.Configure($"Learning:{setting}", value));
        provider.StartPipelineAsync().GetAwaiter().GetResult();
    };
}
