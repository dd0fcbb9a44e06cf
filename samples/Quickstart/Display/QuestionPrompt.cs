using Quickstart.Documents;
using Spectre.Console;

namespace Quickstart.Display;

/// <summary>Asks for a question, and suggests some.</summary>
internal static class QuestionPrompt
{
    public static TextPrompt<string> For(Corpus corpus)
    {
        var suggestions = string.Join(" ", corpus.Questions);
        return new TextPrompt<string>($"[grey]For instance: {Markup.Escape(suggestions)}[/]\n[bold]Your question[/] (empty to end):").AllowEmpty();
    }
}
