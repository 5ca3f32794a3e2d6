using System.Globalization;
using System.Text;

namespace Jangbu.Simulation.Dht;

/// <summary>Draws hops and latency against the size of the network, 100 to 10,000 nodes.</summary>
public static class DhtPicture
{
    private static readonly int[] Sizes = [100, 300, 1000, 3000, 10_000];

    /// <summary>Measures and writes the SVG.</summary>
    public static void Draw(string file, ulong seed, int items)
    {
        var rows = new List<(int Size, DhtMeasurement Measured)>();
        foreach (int size in Sizes)
        {
            var scenarios = new DhtScenarios(seed, TextWriter.Null);
            DhtMeasurement measured = scenarios.Lookups(scenarios.Build(size), items);
            Console.WriteLine($"{size}: {measured}");
            rows.Add((size, measured));
        }
        File.WriteAllText(file, Render(rows));
    }

    private static string Render(List<(int Size, DhtMeasurement Measured)> rows)
    {
        var svg = new StringBuilder();
        svg.AppendLine("""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360" font-family="sans-serif" font-size="12">""");
        svg.AppendLine("""<rect width="640" height="360" fill="white"/><text x="320" y="20" text-anchor="middle" font-size="14">Lookups against the size of the network (20–300 ms round trips, 1 % loss)</text>""");
        Line(svg, rows, "#1f77b4", 1000, row => DhtMeasurement.At(row.Complete, 0.5), "complete, median ms");
        Line(svg, rows, "#7fb2d9", 1000, row => DhtMeasurement.At(row.Complete, 0.95), "complete, p95 ms");
        Line(svg, rows, "#2ca02c", 1000, row => DhtMeasurement.At(row.First, 0.5), "first value, median ms");
        Line(svg, rows, "#d62728", 5, row => row.Hops.Average(), "hops, mean (right)");
        int legend = 0;
        foreach ((string colour, string name) in new[] { ("#1f77b4", "complete, median ms"), ("#7fb2d9", "complete, p95 ms"), ("#2ca02c", "first value, median ms"), ("#d62728", "hops, mean (right)") })
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="80" y="{50 + (16 * legend++)}" fill="{colour}">{name}</text>""");
        for (int mark = 0; mark <= 5; mark++)
        {
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<line x1="60" x2="580" y1="{320 - (mark * 56)}" y2="{320 - (mark * 56)}" stroke="#ddd"/>""");
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="55" y="{324 - (mark * 56)}" text-anchor="end">{mark * 200}</text><text x="585" y="{324 - (mark * 56)}">{mark}</text>""");
        }
        foreach ((int size, _) in rows)
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="{X(size):F0}" y="340" text-anchor="middle">{size}</text>""");
        return svg.AppendLine("</svg>").ToString();
    }

    private static void Line(StringBuilder svg, List<(int Size, DhtMeasurement Measured)> rows, string colour, double top, Func<DhtMeasurement, double> value, string name)
    {
        string points = string.Join(' ', rows.Select(row => string.Create(CultureInfo.InvariantCulture, $"{X(row.Size):F1},{320 - (280 * Math.Min(1, value(row.Measured) / top)):F1}")));
        svg.AppendLine(CultureInfo.InvariantCulture, $"""<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"><title>{name}</title></polyline>""");
    }

    private static double X(int size) => 60 + (260 * (Math.Log10(size) - 2));
}
