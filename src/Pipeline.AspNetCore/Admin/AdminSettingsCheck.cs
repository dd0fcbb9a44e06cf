using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;

namespace Pipeline.Admin;

/// <summary>Whether imported settings can be written, and the host reads them.</summary>
internal sealed class AdminSettingsCheck(IServiceProvider services) : EdgeDoctorCheck("http.admin-settings")
{
    protected override DoctorResult Look() =>
        AdminRegistration.FileOf(services) is { } file ? Look(file) : DoctorResult.Ok("There is no file for imported settings.");

    private DoctorResult Look(SettingsFile file)
    {
        try
        {
            file.Probe();
            _ = file.Read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return DoctorResult.Error(
                $"Imported settings cannot be written into '{file.Path}' ({exception.GetType().Name}).",
                "Make the file's folder, and let the process write in it, or give Admin:SettingsFile another path.");
        }
        catch (InvalidDataException)
        {
            return DoctorResult.Error($"The file for imported settings, '{file.Path}', is no JSON of settings.", "Correct it, or take it away.");
        }

        return file.FindSource(services.GetService<IConfiguration>()) is null
            ? DoctorResult.Warning(
                $"Imported settings are written into '{file.Path}', which the host does not read.",
                "Add it to the host's configuration, last: AddJsonFile(path, optional: true, reloadOnChange: true).")
            : DoctorResult.Ok($"Imported settings are written into '{file.Path}', which the host reads.");
    }
}
