using System.Globalization;

namespace Pipeline.ModelTrainer.Documents;

/// <summary>Days and times of day in the formats that printers use.</summary>
internal static class Dates
{
    private static readonly string[] Common = ["dd/MM/yyyy", "dd/MM/yyyy", "dd/MM/yyyy", "dd/MM/yyyy", "dd-MM-yyyy", "dd-MM-yy", "dd/MM/yy"];

    private static readonly string[] Others =
    [
        "yyyy-MM-dd", "yyyy/MM/dd", "d/M/yyyy", "dd.MM.yyyy", "dd.MM.yy", "dd MMM yyyy", "dd MMM yyyy", "dd MMM yy", "dd-MMM-yyyy", "dd-MMM-yy", "dd/MMM/yyyy",
        "MM/dd/yyyy", "M/d/yyyy", "MM/dd/yy", "MMMM d, yyyy", "MMM d, yyyy", "d MMMM yyyy", "yyyyMMdd", "ddMMyyyy", "d-M-yyyy", "MMM dd yyyy",
    ];

    private static readonly string[] Times = ["HH:mm:ss", "HH:mm", "HH:mm", "hh:mm tt", "hh:mm:ss tt", "h:mm tt", "hh:mmtt", "HH mm ss", "HHmm 'HRS'", "HH.mm"];

    public static DateTime Moment(Chance chance) =>
        new DateTime(2008, 1, 1, 0, 0, 0, DateTimeKind.Unspecified).AddDays(chance.Int(0, 7300)).AddSeconds(chance.Int(25000, 84000));

    public static string Day(Chance chance, DateTime day) =>
        day.ToString(chance.Maybe(0.72) ? chance.Pick(Common) : chance.Pick(Others), CultureInfo.InvariantCulture);

    public static string Time(Chance chance, DateTime moment) =>
        moment.ToString(chance.Pick(Times), CultureInfo.InvariantCulture);
}
