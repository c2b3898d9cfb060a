using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pipeline.Data.Migrations
{
    /// <inheritdoc />
    public partial class Money : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<decimal>(
                name: "max_monthly_cost",
                table: "tenants",
                type: "numeric(24,12)",
                nullable: true);

            migrationBuilder.AddColumn<decimal>(
                name: "quote",
                table: "jobs",
                type: "numeric(24,12)",
                nullable: true);

            migrationBuilder.AddColumn<decimal>(
                name: "cached_input_price",
                table: "job_costs",
                type: "numeric(18,6)",
                nullable: true);

            migrationBuilder.AddColumn<decimal>(
                name: "input_price",
                table: "job_costs",
                type: "numeric(18,6)",
                nullable: true);

            migrationBuilder.AddColumn<decimal>(
                name: "output_price",
                table: "job_costs",
                type: "numeric(18,6)",
                nullable: true);

            migrationBuilder.AddColumn<decimal>(
                name: "cost",
                table: "batches",
                type: "numeric(24,12)",
                nullable: false,
                defaultValue: 0m);

            migrationBuilder.AddColumn<long>(
                name: "counted_prompt_tokens",
                table: "batches",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "estimate",
                table: "batches",
                type: "jsonb",
                nullable: true);

            migrationBuilder.AddColumn<decimal>(
                name: "largest_quote",
                table: "batches",
                type: "numeric(24,12)",
                nullable: true);

            migrationBuilder.AddColumn<decimal>(
                name: "max_cost",
                table: "batches",
                type: "numeric(24,12)",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "model_rates",
                columns: table => new
                {
                    model = table.Column<string>(type: "text", nullable: false),
                    prompt_seconds = table.Column<double>(type: "double precision", nullable: false),
                    cached_seconds = table.Column<double>(type: "double precision", nullable: false),
                    output_seconds = table.Column<double>(type: "double precision", nullable: false),
                    jobs = table.Column<long>(type: "bigint", nullable: false),
                    measured_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_model_rates", x => x.model);
                });

            migrationBuilder.CreateTable(
                name: "tenant_months",
                columns: table => new
                {
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false),
                    month = table.Column<DateOnly>(type: "date", nullable: false),
                    spent = table.Column<decimal>(type: "numeric(24,12)", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_tenant_months", x => new { x.tenant_id, x.month });
                });

            migrationBuilder.Sql(
                """
                UPDATE batches b SET cost = c.cost FROM (SELECT batch_id, sum(cost) AS cost FROM job_costs WHERE batch_id IS NOT NULL GROUP BY batch_id) c WHERE c.batch_id = b.id;
                INSERT INTO tenant_months (tenant_id, month, spent)
                SELECT tenant_id, date_trunc('month', created_at AT TIME ZONE 'UTC')::date, sum(cost) FROM job_costs GROUP BY 1, 2;
                """);

            // Once a statement, not once a row, and never for an insert: commits do not notice it.
            migrationBuilder.Sql(
                """
                CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF TG_OP = 'DELETE' AND current_setting('pipeline.tenant_deletion', true) = 'on' THEN
                        RETURN NULL;
                    END IF;
                    RAISE EXCEPTION 'job_costs is a ledger: rows are added, never changed or deleted' USING ERRCODE = 'restrict_violation';
                END $$;
                CREATE TRIGGER job_costs_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON job_costs
                    FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TRIGGER job_costs_append_only ON job_costs; DROP FUNCTION refuse_ledger_change();");

            migrationBuilder.DropTable(
                name: "model_rates");

            migrationBuilder.DropTable(
                name: "tenant_months");

            migrationBuilder.DropColumn(
                name: "max_monthly_cost",
                table: "tenants");

            migrationBuilder.DropColumn(
                name: "quote",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "cached_input_price",
                table: "job_costs");

            migrationBuilder.DropColumn(
                name: "input_price",
                table: "job_costs");

            migrationBuilder.DropColumn(
                name: "output_price",
                table: "job_costs");

            migrationBuilder.DropColumn(
                name: "cost",
                table: "batches");

            migrationBuilder.DropColumn(
                name: "counted_prompt_tokens",
                table: "batches");

            migrationBuilder.DropColumn(
                name: "estimate",
                table: "batches");

            migrationBuilder.DropColumn(
                name: "largest_quote",
                table: "batches");

            migrationBuilder.DropColumn(
                name: "max_cost",
                table: "batches");
        }
    }
}
