using System.Globalization;
using Quickstart.Documents;
using Quickstart.Storage;
using Spectre.Console;

namespace Quickstart.Display;

/// <summary>Shows a question and the chunks that answer it.</summary>
internal static class AnswerView
{
    public static void Write(IAnsiConsole console, Corpus corpus, string question, IReadOnlyList<Recalled> answers)
    {
        console.Write(new Rule($"[bold]{Markup.Escape(question)}[/]").LeftJustified());
        if (answers.Count == 0)
        {
            console.WriteLine("Nothing that is stored is near it.");
        }

        foreach (var answer in answers)
        {
            console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[green]{answer.Score:0.00}[/] [bold]{corpus.NameOf(answer.Path)}[/]:{answer.Chunk.Line}");
            console.Write(new Padder(new Text(Excerpt.Of(answer.Chunk.Text, question), Color.Grey), new Padding(5, 0, 0, 0)));
        }
    }
}
