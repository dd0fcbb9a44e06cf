using System.Globalization;
using System.Runtime.InteropServices;

namespace Pipeline.TestSupport;

/// <summary>Sends a Unix signal.</summary>
public static class Signal
{
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    // Nobody may ever ask how a child of a dead parent ended.
    private const char Gone = 'Z';

    /// <exception cref="InvalidOperationException">There is no such process, or it is another user's.</exception>
    public static void Send(int processId, int signal)
    {
        if (SendSignal(processId, signal) != 0)
            throw new InvalidOperationException($"Signal {signal} could not be sent to process {processId}: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    /// <summary>Sends a signal to a process that may be gone.</summary>
    public static void TrySend(int processId, int signal) => _ = SendSignal(processId, signal);

    /// <summary>Returns the processes that a process of one thread has started and that still run.</summary>
    public static IReadOnlyList<int> ChildrenOf(int processId)
    {
        var file = $"/proc/{processId}/task/{processId}/children";
        return File.Exists(file)
            ? [.. File.ReadAllText(file).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture))]
            : [];
    }

    /// <summary>Waits until the kernel has stopped a process, which <see cref="Stop"/> only asks for. One that is gone stands still, too.</summary>
    public static void WaitUntilStopped(int processId) => SpinWait.SpinUntil(() => StateOf(processId) is 'T' or Gone);

    /// <summary>Waits until a process that was killed is gone.</summary>
    public static void WaitUntilGone(int processId) => SpinWait.SpinUntil(() => StateOf(processId) is Gone);

    private static char StateOf(int processId)
    {
        try
        {
            // "pid (name) state …"; the name may have spaces and parentheses of its own.
            var text = File.ReadAllText($"/proc/{processId}/stat");
            var state = text[text.LastIndexOf(") ", StringComparison.Ordinal) + 2];
            return state is 'X' ? Gone : state;
        }
        catch (IOException)
        {
            return Gone;
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int SendSignal(int processId, int signal);
}
