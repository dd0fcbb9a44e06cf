using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Xunit;

namespace Pipeline.Diagnostics;

public sealed class DoctorRegistrationTests
{
    [Fact]
    public async Task Each_suite_has_its_checks_under_its_name_and_the_process_has_its_own_once()
    {
        var services = new ServiceCollection();
        services.AddPipeline().AddQueue("a", options => options.MaxDeliveries = 1);
        services.AddPipeline("docs").AddQueue("b");
        services.AddPipeline("docs").AddQueue("c");
        await using var provider = services.BuildServiceProvider();

        var doctor = provider.GetRequiredService<Doctor>();
        var report = await doctor.RunAsync(new DoctorRunOptions { Only = ["*queue.deliveries"] });

        doctor.CheckNames.Should().OnlyHaveUniqueItems().And.Contain(["queue.workers", "docs/queue.workers", "process.clock"]).And.NotContain("docs/process.clock");
        report.Rows.Select(row => (row.Name, row.Result.Status)).Should().Equal(("docs/queue.deliveries", DoctorStatus.Ok), ("queue.deliveries", DoctorStatus.Warning));
    }

    [Fact]
    public async Task A_suite_with_a_name_alone_has_all_checks()
    {
        await using var provider = new DoctorHost { SuiteName = "docs" }.Build(builder => builder.AddQueue("a"));

        var report = await provider.GetRequiredService<Doctor>().RunAsync();

        report.Rows.Select(row => row.Name).Should().Contain(["docs/configuration.valid", "process.clock"]);
        report.Rows.Should().NotContain(row => row.Result.Status == DoctorStatus.Error);
    }

    [Fact]
    public async Task The_host_adds_checks_of_its_own_which_are_made_with_its_services()
    {
        await using var provider = new DoctorHost { Services = services => services.AddSingleton(new Uri("https://example.org")) }.Build(builder => builder.AddDoctorCheck<OwnCheck>());

        var report = await provider.GetRequiredService<Doctor>().RunAsync(new DoctorRunOptions { Only = ["own.*", "doctor.checks"] });

        report.Rows.Select(row => row.Result.Summary).Should().Equal("1 check of the host's and its backends'.", "https://example.org/");
    }

    [Fact]
    public async Task Nothing_is_made_before_the_doctor_is_asked()
    {
        await using var provider = new DoctorHost().Build(builder => builder.AddDoctorCheck<NeedyCheck>().AddQueue("a"));

        // NeedyCheck cannot be made; the start does not try.
        await provider.StartPipelineAsync();
    }

    [Fact]
    public async Task Checks_of_the_hosts_that_cannot_be_made_are_an_error_and_the_others_run()
    {
        await using var provider = new DoctorHost().Build(builder => builder.AddDoctorCheck<NeedyCheck>());

        var report = await provider.GetRequiredService<Doctor>().RunAsync();

        var row = report.Rows.Single(row => row.Name == "doctor.checks");
        row.Result.Status.Should().Be(DoctorStatus.Error);
        row.Result.Summary.Should().StartWith("The checks of the host and its backends could not be made, and none of them was run: Unable to resolve service for type 'System.Uri'");
        report.Rows.Should().Contain(other => other.Name == "configuration.valid" && other.Result.Status == DoctorStatus.Ok);
    }

    [Fact]
    public async Task What_a_checks_constructor_throws_is_told_by_its_type_alone()
    {
        await using var provider = new DoctorHost().Build(builder => builder.AddDoctorCheck<FailingCheck>());

        var report = await provider.GetRequiredService<Doctor>().RunAsync(new DoctorRunOptions { Only = ["doctor.checks"] });

        report.Rows[0].Result.Should().Be(DoctorResult.Error(
            "The checks of the host and its backends could not be made, and none of them was run: FileNotFoundException.",
            "Read the exception in the log (event 8000), and mend what it names."));
    }

    private sealed class OwnCheck(Uri address) : IDoctorCheck
    {
        public string Name => "own.address";

        public bool UsesNetwork => false;

        public ValueTask<DoctorResult> CheckAsync(CancellationToken cancellationToken = default) => new(DoctorResult.Ok(address.ToString()));
    }

    private sealed class NeedyCheck(Uri needed) : IDoctorCheck
    {
        public string Name => needed.ToString();

        public bool UsesNetwork => false;

        public ValueTask<DoctorResult> CheckAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }

    private sealed class FailingCheck : IDoctorCheck
    {
        public FailingCheck() => throw new FileNotFoundException("password=secret");

        public string Name => "own.failing";

        public bool UsesNetwork => false;

        public ValueTask<DoctorResult> CheckAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
