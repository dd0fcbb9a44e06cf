using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;

namespace Snippets;

internal static class DoctorSnippets
{
    public static async Task<int> RunAsync(IServiceProvider services, string[] args, Func<Task<int>> serveAsync)
    {
        // snippet: doctor-main
        // in Main, with the services of the host (host.Services), before the host is started
        if (args is ["doctor", .. var rest])
        {
            return await services.RunPipelineDoctorAsync(rest);
        }
        // end snippet
        return await serveAsync();
    }

    public static async Task InspectAsync(Doctor doctor, Action<DoctorReportRow> show, CancellationToken ct)
    {
        // snippet: doctor-library
        var report = await doctor.RunAsync(new DoctorRunOptions { SkipNetwork = true, Except = ["process.*"] }, ct);
        foreach (var row in report.Rows.Where(row => row.Result.Status == DoctorStatus.Error))
        {
            show(row); // row.Name, row.Result.Summary, row.Result.Mend
        }
        // end snippet
    }

    public static void Add(IPipelineBuilder pipeline)
    {
        // snippet: doctor-own-add
        pipeline.AddDoctorCheck<PromptFolderCheck>();
        // end snippet
    }

    // snippet: doctor-own
    private sealed class PromptFolderCheck : IDoctorCheck
    {
        public string Name => "prompts.folder";

        public bool UsesNetwork => false;

        public ValueTask<DoctorResult> CheckAsync(CancellationToken cancellationToken = default) => new(Directory.Exists("prompts")
            ? DoctorResult.Ok($"{Directory.GetFiles("prompts").Length} prompts.")
            : DoctorResult.Error("The folder 'prompts' is missing.", "Copy the folder 'prompts' beside the program."));
    }
    // end snippet
}
