using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Pipeline.Admin;

/// <summary>The endpoint that says which program runs.</summary>
internal sealed class AdminVersion(IHostEnvironment environment)
{
    private readonly VersionView _view = new(
        environment.ApplicationName,
        VersionOf(Assembly.GetEntryAssembly()),
        VersionOf(typeof(AdminVersion).Assembly),
        RuntimeInformation.FrameworkDescription);

    public Task GetAsync(HttpContext context) => AdminJson.WriteAsync(context, _view, AdminJsonContext.Default.VersionView);

    private static string? VersionOf(Assembly? assembly) => assembly?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
}
