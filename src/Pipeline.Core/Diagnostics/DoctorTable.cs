using System.Text;

namespace Pipeline.Diagnostics;

/// <summary>Writes a report as a table: one row a check, wrapped to the width, with its mend beneath.</summary>
internal static class DoctorTable
{
    private const string Reset = "\e[0m";
    private const string MendMark = "-> ";
    private const int StatusWidth = 9;
    private const int LeastTextWidth = 20;

    public static string Write(DoctorReport report, DoctorTableOptions options)
    {
        var text = new StringBuilder();
        var nameWidth = report.Rows.Select(static row => row.Name.Length).DefaultIfEmpty(0).Max() + 2;

        // Where names leave too little room beside them, what was found stands beneath.
        var isBeside = options.Width - StatusWidth - nameWidth >= LeastTextWidth * 2;
        var indentation = isBeside ? StatusWidth + nameWidth : StatusWidth;
        foreach (var row in report.Rows)
        {
            WriteStatus(text, row.Result.Status, options);
            text.Append(isBeside ? row.Name.PadRight(nameWidth) : row.Name);
            if (!isBeside)
            {
                text.Append('\n').Append(' ', indentation);
            }

            WriteWrapped(text, row.Result.Summary, indentation, options.Width);
            if (row.Result.Mend is { } mend)
            {
                text.Append(' ', indentation).Append(MendMark);
                WriteWrapped(text, mend, indentation + MendMark.Length, options.Width);
            }
        }

        return text.Append(Total(report)).Append('\n').ToString();
    }

    private static void WriteStatus(StringBuilder text, DoctorStatus status, DoctorTableOptions options)
    {
        var name = DoctorJson.NameOf(status);
        if (options.UseColor)
        {
            text.Append(ColorOf(status)).Append(name).Append(Reset);
        }
        else
        {
            text.Append(name);
        }

        text.Append(' ', StatusWidth - name.Length);
    }

    private static string ColorOf(DoctorStatus status) => status switch
    {
        DoctorStatus.Ok => "\e[32m",
        DoctorStatus.Warning => "\e[33m",
        _ => "\e[1;31m",
    };

    private static void WriteWrapped(StringBuilder text, string value, int indentation, int width)
    {
        var room = Math.Max(width - indentation, LeastTextWidth);
        var used = 0;
        foreach (var word in WordsOf(value))
        {
            if (used > 0 && used + 1 + word.Length > room)
            {
                text.Append('\n').Append(' ', indentation);
                used = 0;
            }

            if (used > 0)
            {
                text.Append(' ');
                used++;
            }

            text.Append(word);
            used += word.Length;
        }

        text.Append('\n');
    }

    // A check's text can hold what somebody else wrote: no line break or escape sequence of theirs reaches the terminal.
    private static string[] WordsOf(string value) =>
        string.Concat(value.Select(static c => char.IsControl(c) ? ' ' : c)).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string Total(DoctorReport report)
    {
        var skipped = report.Skipped.Count == 0 ? "" : $", {Wording.Number(report.Skipped.Count)} skipped (network)";
        return $"{Wording.Count(report.CheckCount, "check")}: {Wording.Number(report.Count(DoctorStatus.Ok))} ok, "
            + $"{Wording.Count(report.Count(DoctorStatus.Warning), "warning")}, {Wording.Count(report.Count(DoctorStatus.Error), "error")}{skipped}";
    }
}
