using Spectre.Console;

namespace Quickstart.Display;

/// <summary>Opens the console: with colours and a bar at a terminal, as plain lines where the output goes to a file or a pipe.</summary>
internal static class Terminal
{
    private const int PlainWidth = 120;

    public static IAnsiConsole Open() => Console.IsOutputRedirected ? Plain(Console.Out) : AnsiConsole.Console;

    public static IAnsiConsole Plain(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = PlainWidth;
        return console;
    }
}
