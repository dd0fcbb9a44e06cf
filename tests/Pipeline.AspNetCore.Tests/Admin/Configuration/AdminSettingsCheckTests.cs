using FluentAssertions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Diagnostics;
using Pipeline.Fixtures;
using Xunit;

namespace Pipeline.Admin;

/// <summary>Row V9: what the doctor says of the file for imported settings.</summary>
public sealed class AdminSettingsCheckTests : IDisposable
{
    private readonly SettingsFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_that_can_be_written_and_is_read_is_well_and_looking_leaves_nothing_behind()
    {
        await using var server = await ConfigurationServer.StartAsync(file: _folder.File);

        var result = await LookAsync(server);

        (result.Status, result.Mend).Should().Be((DoctorStatus.Ok, null));
        result.Summary.Should().Contain(_folder.File);
        _folder.Names.Should().BeEmpty();
    }

    [Fact]
    public async Task No_file_is_well()
    {
        await using var server = await ConfigurationServer.StartAsync();

        (await LookAsync(server)).Status.Should().Be(DoctorStatus.Ok);
    }

    [Fact]
    public async Task A_file_that_the_host_does_not_read_is_a_warning()
    {
        await using var server = await StartAsync(_folder.File);

        var result = await LookAsync(server);

        result.Status.Should().Be(DoctorStatus.Warning);
        result.Mend.Should().Contain("AddJsonFile");
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_an_error()
    {
        await using var server = await StartAsync(Path.Combine(Path.GetDirectoryName(_folder.File)!, "missing", "settings.json"));

        var result = await LookAsync(server);

        result.Status.Should().Be(DoctorStatus.Error);
        result.Summary.Should().Contain("cannot be written");
    }

    [Fact]
    public async Task A_file_that_is_no_JSON_is_an_error()
    {
        await using var server = await StartAsync(_folder.File);
        await File.WriteAllTextAsync(_folder.File, "{");

        var result = await LookAsync(server);

        result.Status.Should().Be(DoctorStatus.Error);
        result.Summary.Should().Contain("no JSON");
    }

    [Fact]
    public async Task A_path_that_is_empty_stops_the_start()
    {
        var start = () => StartAsync(" ");

        await start.Should().ThrowAsync<Microsoft.Extensions.Options.OptionsValidationException>().WithMessage("Admin: SettingsFile is empty.*");
    }

    private static Task<WebServer> StartAsync(string file) =>
        ConfigurationServer.StartAsync(settings: new Dictionary<string, string?> { ["Http:Admin:SettingsFile"] = file });

    private static async Task<DoctorResult> LookAsync(WebServer server) =>
        (await server.Services.GetRequiredService<Doctor>().RunAsync(new DoctorRunOptions { Only = ["http.admin-settings"] })).Rows.Single().Result;
}
