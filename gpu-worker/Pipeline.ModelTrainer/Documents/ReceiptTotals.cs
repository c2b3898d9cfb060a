namespace Pipeline.ModelTrainer.Documents;

/// <summary>
/// The sums at the foot of a receipt. What is to be found is the sum to be paid, after tax and rounding;
/// around it stand sums that only look like it.
/// </summary>
internal sealed class ReceiptTotals(Chance chance, Page page, MoneyFormat money)
{
    private static readonly string[] FinalLabels =
    [
        "TOTAL", "TOTAL", "TOTAL", "TOTAL", "GRAND TOTAL", "GRAND TOTAL", "NETT TOTAL", "NET TOTAL", "TOTAL AMOUNT", "TOTAL DUE", "AMOUNT DUE",
        "TOTAL SALES (INCLUSIVE OF GST)", "TOTAL SALES (INCLUSIVE GST)", "TOTAL INCL. GST", "TOTAL INCL GST", "TOTAL (INCLUSIVE OF GST)", "TOTAL PAYABLE",
        "TOTAL AMT PAYABLE", "TOTAL RM INCL. OF GST", "TOTAL AMOUNT (INCL. GST)", "BALANCE DUE", "NETT AMOUNT", "NET AMOUNT", "TOTAL INCLUSIVE OF GST",
        "TOTAL INCL OF GST", "TOTAL WITH TAX", "AMOUNT PAYABLE", "TOTAL AFTER ROUNDING", "ROUNDED TOTAL", "TOTAL TO PAY", "TOTAL SALE", "BILL TOTAL", "TOTAL INC TAX", "SALES TOTAL",
    ];

    private static readonly string[] RoundedLabels =
    [
        "TOTAL AFTER ADJ INCL GST", "ROUNDED TOTAL", "NET TOTAL ROUNDED", "TOTAL ROUNDED", "TOTAL AFTER ROUNDING", "TOTAL SALES (INCLUSIVE OF GST)", "GRAND TOTAL", "TOTAL AMT PAYABLE",
        "NETT TOTAL", "TOTAL", "TOTAL DUE", "ROUNDED TOTAL AMOUNT", "AMOUNT DUE", "TOTAL PAYABLE", "TOTAL AMOUNT PAYABLE", "NET AMT",
    ];

    private readonly string separator = chance.Pick(" : ", ": ", "  ", " ", " :  ", "  :  ", ":  ", "  ", "  ", ":");

    private readonly string spacedCurrency = money.Currency.Length == 0 ? "" : money.Currency + chance.Pick(" ", "  ", " : ");

    private readonly bool bracketed = chance.Maybe(0.3);

    /// <summary>Prints the sums and the payment.</summary>
    /// <returns>The printed value of the sum to be paid.</returns>
    public string Print(int pieces, decimal sum)
    {
        var rate = chance.Pick(0m, 0.06m, 0.06m, 0.06m, 0.07m, 0.10m);
        var inclusive = chance.Maybe(0.5);
        var net = inclusive ? Cents(sum / (1 + rate)) : sum;
        var service = !inclusive && chance.Maybe(0.12) ? Cents(sum * 0.10m) : 0m;
        var tax = inclusive ? sum - net : Cents((net + service) * rate);
        var gross = net + service + tax;
        var rounds = chance.Maybe(0.5);
        var due = rounds ? Math.Round(gross * 20, MidpointRounding.AwayFromZero) / 20 : gross;
        if (due <= 0)
        {
            due = gross;
        }

        if (chance.Maybe(0.3))
        {
            page.Add(chance.Pick("TOTAL QTY", "TOTAL QUANTITY", "TOTAL ITEM(S)", "NO. ITEMS", "ITEM COUNT", "QTY") + separator + pieces + (chance.Maybe(0.4) ? "  " + money.Plain(sum) : ""));
        }

        var subtotal = chance.Double();
        if (subtotal < 0.3)
        {
            Line(chance.Pick("TOTAL SALES (EXCLUDING GST)", "TOTAL (EXCLUDING GST)", "TOTAL EXCL. GST", "SUB-TOTAL (EX)", "TOTAL (EX. GST)", "TAXABLE AMOUNT"), net);
        }
        else if (subtotal < 0.65)
        {
            Line(chance.Pick("SUBTOTAL", "SUB TOTAL", "SUB-TOTAL", "SUBTOTAL (INC GST)", "TOTAL BEFORE TAX", "ITEM TOTAL"), sum);
        }

        if (chance.Maybe(0.2))
        {
            Line(chance.Pick("DISCOUNT", "DISC", "TOTAL DISCOUNT", "TOTAL SAVINGS"), 0m);
        }

        if (service > 0)
        {
            Line(chance.Pick("SERVICE CHARGE 10%", "SVC CHG (10%)", "SERV. CHARGE"), service);
        }

        if (tax > 0 ? chance.Maybe(0.7) : chance.Maybe(0.3))
        {
            var percent = (int)(rate * 100);
            Line(chance.Pick("TOTAL GST", $"GST {percent}%", $"GST @{percent}%", $"TAX ({percent}%)", "TOTAL TAX", "TAX", $"GST ({percent}%)", $"VAT {percent}%", "SALES TAX", "ADD GST"), tax);
        }

        var unrounded = rounds && chance.Maybe(0.4);
        if (unrounded)
        {
            Line(chance.Pick("TOTAL", "TOTAL SALES INCL GST", "TOTAL INCL GST", "NET TOTAL", "TOTAL AMOUNT", "TOTAL INCL. GST"), gross);
        }

        if (rounds)
        {
            page.Add(Label(chance.Pick("ROUNDING", "ROUNDING ADJ", "ROUNDING ADJUSTMENT", "ROUNDING ADJ.", "ROUND ADJ", "ROUNDING AMT", "ADJUSTMENT")) + separator + (due - gross).ToString(chance.Pick("0.00;-0.00;0.00", "0.00;-0.00;0.00", "+0.00;-0.00;0.00", "0.00;(0.00);0.00"), System.Globalization.CultureInfo.InvariantCulture));
        }

        var label = unrounded ? chance.Pick(RoundedLabels) : chance.Pick(FinalLabels);
        var value = page.Print(money.Value(due));
        var after = chance.Maybe(0.04) ? " " + chance.Pick("SR", "RM", "*") : "";
        page.Add(Label(label) + separator + spacedCurrency, value, after);
        if (chance.Maybe(0.1))
        {
            page.Add(Label(chance.Pick("TOTAL", "NET TOTAL", "AMOUNT DUE", "BILL AMOUNT")) + separator + spacedCurrency, value);
        }

        Payment(due);
        if (chance.Maybe(0.45))
        {
            Summary(rate, net + service, tax);
        }

        return value;
    }

    private void Payment(decimal due)
    {
        if (chance.Maybe(0.12))
        {
            return;
        }

        if (chance.Maybe(0.25))
        {
            Line(chance.Pick("VISA", "MASTER CARD", "CREDIT CARD", "CARD PAYMENT", "VISA CARD", "DEBIT CARD", "E-WALLET", "PAYMENT", "NETS"), due);
            if (chance.Maybe(0.3))
            {
                page.Add($"{chance.Pick("CARD NO", "APPROVAL CODE", "TRACE NO", "REF")} : {chance.Pick("XXXX-XXXX-XXXX-", "", "************")}{chance.Digits(chance.Int(4, 6))}");
            }

            return;
        }

        var note = chance.Pick(1m, 5m, 10m, 50m, 50m, 100m);
        var paid = chance.Maybe(0.3) ? due : Math.Ceiling(due / note) * note;
        Line(chance.Pick("CASH", "CASH", "CASH", "CASH TENDERED", "TENDERED", "PAID AMOUNT", "CASH RECEIVED", "AMOUNT PAID", "TUNAI", "PAYMENT", "TENDER"), paid);
        if (chance.Maybe(0.85))
        {
            Line(chance.Pick("CHANGE", "CHANGE", "CHANGE", "CHANGE DUE", "BAKI", "CHANGE AMT", "BALANCE"), paid - due);
        }
    }

    private void Summary(decimal rate, decimal net, decimal tax)
    {
        page.Add(chance.Pick("GST SUMMARY", "GST SUMMARY  AMOUNT(RM)  TAX(RM)", "TAX SUMMARY", "GST ANALYSIS", "GST SUMMARY  AMOUNT  TAX", "TAXABLE AMT  GST AMT"));
        if (chance.Maybe(0.4))
        {
            page.Add(chance.Pick("TAX CODE  %  AMT (RM)  TAX (RM)", "TAX CODE  AMT(RM)  TAX(RM)", "CODE  RATE  NET  TAX", "(RM)  (RM)"));
        }

        var percent = (int)(rate * 100);
        page.Add(chance.Pick($"SR  {percent}", $"SR @ {percent}%", $"S = {percent}%", $"SR = GST @{percent}%", $"SR ({percent}%)", $"{percent}%") + $"  {money.Plain(net)}  {money.Plain(tax)}");
        if (chance.Maybe(0.3))
        {
            page.Add($"{chance.Pick("ZR", "ZRL", "Z")}  0  0.00  0.00");
        }

        if (chance.Maybe(0.5))
        {
            page.Add(chance.Pick("TOTAL :  ", "TOTAL  ", "TOTAL : ") + $"{money.Plain(net)}  {money.Plain(tax)}");
        }
    }

    private void Line(string label, decimal amount) =>
        page.Add(Label(label) + separator + spacedCurrency + (chance.Maybe(0.9) ? money.Value(amount) : money.Plain(amount)));

    private string Label(string label) =>
        bracketed && money.Currency.Length == 0 && money.Prefix.Length == 0 ? label + chance.Pick(" (RM)", " RM", "", "(RM)") : label;

    private static decimal Cents(decimal amount) => Math.Round(amount, 2, MidpointRounding.AwayFromZero);
}
