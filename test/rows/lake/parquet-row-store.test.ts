import { describeRowStore } from "../../contracts/row-store-contract.ts";
import { parquetBackend } from "../../support/stores/parquet-row-store-backend.ts";

describeRowStore("row store in Parquet files", parquetBackend, false);
