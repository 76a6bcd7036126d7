import { stored } from '../infra/store';
import { Body } from './schema';
import './not-there';

export const all = [stored, Body];
