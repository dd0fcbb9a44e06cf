using FluentAssertions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Xunit;

namespace Pipeline.Steps;

public sealed class ChainOptionsTests : IDisposable
{
    private const string OptionsName = "suite/ingest";

    private readonly RecordingLogger _logs = new();
    private readonly IConfigurationRoot _configuration = new ConfigurationBuilder().AddInMemoryCollection().Build();

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData("00:00:00.009")]
    [InlineData("1.00:00:01")]
    public void A_time_out_out_of_range_stops_the_chain_from_being_made(string timeout)
    {
        var options = new ChainOptions { Timeout = TimeSpan.Parse(timeout, System.Globalization.CultureInfo.InvariantCulture) };

        FluentActions.Invoking(() => new ChainSettings("ingest", options, _logs)).Should().Throw<OptionsValidationException>()
            .WithMessage("Chain 'ingest': Timeout is *. Give a value from 00:00:00.0100000 to 1.00:00:00.");
    }

    [Fact]
    public void A_change_of_the_configuration_takes_effect()
    {
        using var settings = Settings();
        settings.Current.Should().Be(new ChainOptions());

        Change("Enabled", "false");
        Change("Timeout", "00:01:00");

        settings.Current.Should().Be(new ChainOptions { Enabled = false, Timeout = TimeSpan.FromMinutes(1) });
        _logs.Entries.Should().HaveCount(2).And.OnlyContain(e => e.Id == 1100);
    }

    [Theory]
    [InlineData("Timeout", "00:00:00")]
    [InlineData("Timeout", "soon")]
    [InlineData("Enabled", "perhaps")]
    public void A_change_that_is_invalid_or_malformed_keeps_what_was_is_logged_and_throws_at_nobody(string key, string value)
    {
        Change("Timeout", "00:01:00");
        using var settings = Settings();

        FluentActions.Invoking(() => Change(key, value)).Should().NotThrow();

        settings.Current.Should().Be(new ChainOptions { Timeout = TimeSpan.FromMinutes(1) });
        var entry = _logs.Entries.Should().ContainSingle().Subject;
        (entry.Id, entry.Level).Should().Be((1101, LogLevel.Error));
        entry.Text.Should().Contain("'ingest'").And.Contain("goes on with those it had");

        Change("Enabled", "false");
        Change("Timeout", "00:02:00");
        settings.Current.Should().Be(new ChainOptions { Enabled = false, Timeout = TimeSpan.FromMinutes(2) }, "a later valid change counts again");
    }

    [Fact]
    public void After_its_disposal_it_listens_no_more()
    {
        var settings = Settings();
        settings.Dispose();

        Change("Enabled", "false");

        settings.Current.Enabled.Should().BeTrue();
    }

    [Fact]
    public async Task A_chain_that_is_not_enabled_runs_nothing_until_it_is()
    {
        Change("Enabled", "false");
        using var host = new StepHost();
        using var chain = new ChainBuilder<string>("ingest").Append("a").Build(
            new ServiceProviderStub(), "", Settings(), host.Environment, messages: null);

        var outcome = await chain.RunAsync("x");
        outcome.Status.Should().Be(ChainStatus.Disabled);
        outcome.Item.Should().Be("x");
        chain.IsEnabled.Should().BeFalse();
        var enabled = chain.WaitUntilEnabledAsync();
        enabled.IsCompleted.Should().BeFalse();

        Change("Enabled", "true");

        await enabled;
        chain.WaitUntilEnabledAsync().IsCompletedSuccessfully.Should().BeTrue();
        (await chain.RunAsync("x")).Item.Should().Be("xa");
    }

    [Fact]
    public async Task The_wait_for_a_chain_can_be_cancelled()
    {
        using var caller = new CancellationTokenSource();
        using var settings = new ChainSettings("ingest", new ChainOptions { Enabled = false }, _logs);

        var wait = settings.WaitUntilEnabledAsync(caller.Token);
        await caller.CancelAsync();

        await FluentActions.Awaiting(() => wait).Should().ThrowAsync<OperationCanceledException>();
    }

    private void Change(string key, string value)
    {
        _configuration[key] = value;
        _configuration.Reload();
    }

    private ChainSettings Settings() => new(
        "ingest",
        OptionsName,
        new OptionsFactory<ChainOptions>([new ConfigureNamedOptions<ChainOptions>(OptionsName, o => _configuration.Bind(o))], []),
        [
            new ConfigurationChangeTokenSource<ChainOptions>(OptionsName, _configuration),
            new ConfigurationChangeTokenSource<ChainOptions>("other", _configuration),
        ],
        _logs);

    private sealed class ServiceProviderStub : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
