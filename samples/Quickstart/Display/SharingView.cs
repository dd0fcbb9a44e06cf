using Spectre.Console;

namespace Quickstart.Display;

/// <summary>Says what this process did of a run that several may have taken part in.</summary>
internal static class SharingView
{
    /// <param name="console">Where it is shown.</param>
    /// <param name="stored">How many documents this process has stored.</param>
    /// <param name="completed">How many the queue has counted, whichever process stored them.</param>
    /// <param name="processes">How many processes took part, if that is known.</param>
    /// <param name="files">How many files this process has found.</param>
    /// <param name="enqueuedByOthers">How many of them had been enqueued when it came to them.</param>
    public static void Write(IAnsiConsole console, int stored, long completed, int? processes, int files, int enqueuedByOthers)
    {
        var number = processes is { } count ? $" ({count:N0})" : "";
        console.WriteLine($"Documents stored by this process: {stored:N0}; by all processes of the run{number}: {completed:N0}, as the queue counts.");
        if (enqueuedByOthers > 0)
        {
            console.WriteLine($"{enqueuedByOthers:N0} of {files:N0} files had been enqueued already, by another process of this run, and are not enqueued twice.");
        }

        console.WriteLine("The run has ended: who starts now begins the next one, which handles every file anew.");
        console.WriteLine("What follows is answered from this process's own documents: vectors and learnings are not shared.");
    }
}
